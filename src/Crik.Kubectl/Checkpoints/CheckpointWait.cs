using Crik.Contracts.PodCheckpoints;
using Crik.Kubectl.Cluster;
using Crik.Pods.Restoring;

namespace Crik.Kubectl.Checkpoints;

/// <summary>Waits until a PodCheckpoint is complete or has failed, and reports each step on standard error.</summary>
internal sealed class CheckpointWait(PodCheckpointClient client, ClusterSession cluster, Terminal terminal)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>An agent takes a new object within a second, if there is one.</summary>
    private static readonly TimeSpan s_untaken = TimeSpan.FromSeconds(20);

    /// <returns>The complete object.</returns>
    /// <exception cref="KubectlException">The checkpoint failed, or somebody has deleted it.</exception>
    public async Task<PodCheckpointDocument> ForAsync(PodCheckpointDocument created, CancellationToken cancellationToken)
    {
        string name = created.Metadata!.Name!;
        PodCheckpointDocument? before = null;
        long began = terminal.Clock.GetTimestamp();
        bool isWarned = false;
        try
        {
            while (true)
            {
                PodCheckpointDocument now = await client.FindAsync(name, cancellationToken) is { } found && found.Metadata?.Uid == created.Metadata.Uid
                    ? found
                    : throw new KubectlException($"somebody has deleted podcheckpoint/{name} before it was complete");
                foreach (string line in CheckpointProgress.Lines(before, now))
                {
                    await terminal.PrintErrorAsync(line + "\n");
                }

                if (CheckpointProgress.Failure(now) is { } failure)
                {
                    throw new KubectlException($"podcheckpoint/{name} of pod {now.Spec?.Pod} has failed: {failure}");
                }

                if (SavedPod.IsComplete(now))
                {
                    return now;
                }

                if (!isWarned && !now.IsAccepted && terminal.Clock.GetElapsedTime(began) > s_untaken)
                {
                    isWarned = true;
                    await terminal.PrintErrorAsync(
                        $"{name}: no node agent has begun with it; is one running on the node of the pod? charts/crik installs it with nodeAgent.enabled=true\n");
                }

                before = now;
                await Task.Delay(s_pause, terminal.Clock, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            await terminal.PrintErrorAsync($"the checkpoint goes on in the cluster; to look at it: kubectl -n {cluster.Namespace} get podcheckpoint {name}\n");
            throw;
        }
    }
}
