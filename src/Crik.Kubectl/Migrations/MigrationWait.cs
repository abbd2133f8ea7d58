using Crik.Contracts.PodMigrations;
using Crik.Kubectl.Cluster;
using Crik.Kubernetes.Resources;

namespace Crik.Kubectl.Migrations;

/// <summary>Waits until a PodMigration is complete or has failed, and reports each step on standard error.</summary>
internal sealed class MigrationWait(ClusterSession cluster, Terminal terminal)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>An operator takes a new object within a second, if there is one.</summary>
    private static readonly TimeSpan s_untaken = TimeSpan.FromSeconds(20);

    private readonly PodMigrationClient _client = new(cluster);

    /// <returns>The complete object. It may have failed.</returns>
    /// <exception cref="KubectlException">Somebody has deleted it.</exception>
    public async Task<PodMigrationDocument> ForAsync(PodMigrationDocument created, CancellationToken cancellationToken)
    {
        ObjectName name = new(created.Metadata!.Namespace, created.Metadata.Name!);
        PodMigrationDocument? before = null;
        long began = terminal.Clock.GetTimestamp();
        bool isWarned = false;
        try
        {
            while (true)
            {
                PodMigrationDocument now = await _client.FindAsync(name, cancellationToken) is { } found && found.Metadata?.Uid == created.Metadata.Uid
                    ? found
                    : throw new KubectlException(
                        $"somebody has deleted podmigration/{name.Name} before it was complete; pods that were deleted by then run anywhere");
                foreach (string line in MigrationProgress.Lines(before, now))
                {
                    await terminal.PrintErrorAsync(line + "\n");
                }

                if (MigrationProgress.IsComplete(now))
                {
                    return now;
                }

                if (!isWarned && now.Status is null && terminal.Clock.GetElapsedTime(began) > s_untaken)
                {
                    isWarned = true;
                    await terminal.PrintErrorAsync($"{name.Name}: no operator has begun with it; does one run with migration.enabled=true of charts/crik?\n");
                }

                before = now;
                await Task.Delay(s_pause, terminal.Clock, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            await terminal.PrintErrorAsync(
                $"the move goes on in the cluster; to look at it: kubectl -n {name.Namespace} get podmigration {name.Name}; to end it: delete it\n");
            throw;
        }
    }
}
