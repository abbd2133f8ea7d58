using System.Text.Json.Nodes;
using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.CommandLine;
using Crik.Kubectl.Migrations;
using Crik.Kubectl.Output;

namespace Crik.Kubectl.Commands;

/// <summary>Moves pods to another node: it creates a PodMigration, and waits for it if that is wanted.</summary>
internal static class MigrateCommand
{
    /// <summary>What a PodMigration can name.</summary>
    private static readonly ObjectKind[] s_kinds = [ObjectKind.Deployment, ObjectKind.StatefulSet, ObjectKind.ReplicaSet, ObjectKind.Job];

    public static async Task<bool> RunAsync(Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        using ClusterSession cluster = ClusterSession.Open(invocation, terminal);
        PodMigrationDocument wanted = Wanted(Target.Parse(invocation.Words[0]), cluster.Namespace, invocation);
        await cluster.GetAsync(Target.Parse(invocation.Words[0]), cancellationToken); // says at once that there is no such object
        PodMigrationDocument found = await new PodMigrationClient(cluster).CreateAsync(wanted, cancellationToken);
        string name = found.Metadata!.Name!;
        await terminal.PrintErrorAsync($"podmigration/{name} created\n");
        if (invocation.Has(MovingCommands.Wait))
        {
            found = await new MigrationWait(cluster, terminal).ForAsync(found, cancellationToken);
        }

        await PrintAsync(cluster, found, invocation.Value(CommandTable.Output), terminal, cancellationToken);
        return MigrationProgress.Failure(found) is not { } failure
            ? true : throw new KubectlException($"podmigration/{name} has failed: {Words.Printable(failure)}");
    }

    private static PodMigrationDocument Wanted(Target target, string space, Invocation invocation)
    {
        bool isPod = target.Kind == ObjectKind.Pod;
        if (!isPod && !s_kinds.Contains(target.Kind))
        {
            string known = string.Join(", ", s_kinds.Select(static kind => $"{kind.Names[0]}/NAME"));
            throw new KubectlException($"the pods of a {target.Kind.Kind} cannot be moved; name a pod, or one of {known}");
        }

        return PodMigrationDocument.New(
            new ObjectMetadata { GenerateName = target.Name + "-", Namespace = space },
            new PodMigrationSpec
            {
                Pod = isPod ? target.Name : null,
                Target = isPod ? null : new MigrationTarget { Kind = target.Kind.Kind, Name = target.Name },
                Engine = invocation.Value(CommandTable.Engine),
                To = invocation.Value(CommandTable.To) is { } node ? new MigrationDestination { Node = node } : null,
                Timeout = invocation.Duration(CommandTable.Timeout) is null ? null : invocation.Value(CommandTable.Timeout),
                Parallel = invocation.Number(MovingCommands.Parallel),
            });
    }

    private static async Task PrintAsync(
        ClusterSession cluster, PodMigrationDocument found, string? format, Terminal terminal, CancellationToken cancellationToken)
    {
        string name = found.Metadata!.Name!;
        if (format is "json" or "yaml")
        {
            JsonObject document = await cluster.FindAsync(PodMigrationClient.Type, name, cancellationToken)
                ?? throw new KubectlException($"somebody has deleted podmigration/{name}");
            await terminal.PrintAsync(Documents.Write(document, format));
        }
        else if (format is "name" || found.Status is null)
        {
            await terminal.PrintAsync($"podmigration.{PodMigrationDocument.Group}/{name}\n");
        }
        else
        {
            IEnumerable<PodMove> moved = (found.Status.Pods ?? []).Where(static move => move.Reason is PodMigrationReasons.Completed);
            await terminal.PrintAsync(string.Concat(moved.Select(static move =>
                $"{move.Name}: moved from {move.Source} to {move.Destination} as {move.Replacement?.Name}, away for {MigrationProgress.Downtime(move)}\n")));
        }
    }
}
