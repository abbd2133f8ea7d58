using Crik.Contracts.PodCheckpoints;
using Crik.Kubectl.Checkpoints;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.CommandLine;
using Crik.Kubectl.Output;
using Crik.Kubernetes.Api;
using Crik.Pods.Restoring;

namespace Crik.Kubectl.Commands;

/// <summary>Shows the checkpoints that crik has made in a pod, and the PodCheckpoints of it.</summary>
internal static class ListCommand
{
    public static async Task<bool> RunAsync(Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        string target = invocation.Words[0];
        if (invocation.Format is not "table")
        {
            return await PodCommand.RunAsync(invocation, target, terminal, cancellationToken); // programs read what crik prints
        }

        IReadOnlyList<PodCheckpointDocument> found = await FindAsync(target, invocation, terminal, cancellationToken);
        try
        {
            await PodCommand.RunAsync(invocation, target, terminal, cancellationToken);
        }
        catch (KubectlException exception) when (found.Count > 0)
        {
            await terminal.PrintErrorAsync($"{exception.Message}\n"); // the pod may be gone, or have no crik
        }

        if (found.Count > 0)
        {
            await terminal.PrintAsync(Table(found, terminal.Clock.GetUtcNow()));
        }

        return true;
    }

    /// <returns>None if the cluster has no PodCheckpoints, or if the user may not list them.</returns>
    private static async Task<IReadOnlyList<PodCheckpointDocument>> FindAsync(string target, Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        using ClusterSession cluster = ClusterSession.Open(invocation, terminal);
        Target wanted = Target.Parse(target);
        try
        {
            string pod = wanted.Kind == ObjectKind.Pod ? wanted.Name : (await PodFinder.FindAsync(cluster, wanted, cancellationToken)).Name();
            return
            [
                .. (await new PodCheckpointClient(cluster).ListAsync(cancellationToken)).Where(one => one.Spec?.Pod == pod)
                    .OrderBy(static one => one.Metadata?.CreationTimestamp),
            ];
        }
        catch (Exception exception) when (exception is KubectlException or KubernetesException { Failure: KubernetesFailure.Refused })
        {
            return [];
        }
    }

    private static string Table(IReadOnlyList<PodCheckpointDocument> found, DateTimeOffset now)
    {
        TextTable table = new("PODCHECKPOINT", "CONTAINER", "NODE", "STATE", "AGE", "SIZE", "IMAGE");
        foreach (PodCheckpointDocument one in found)
        {
            string state = SavedPod.IsComplete(one) ? "Ready" : CheckpointProgress.Failure(one) is not null ? "Failed" : "InProgress";
            string age = one.Metadata?.CreationTimestamp is { } at ? Words.Age(now - at) : "-";
            foreach (ContainerCheckpoint container in one.Status?.Containers is { Count: > 0 } containers ? containers : [new ContainerCheckpoint()])
            {
                table.Add(
                    one.Metadata?.Name ?? "", container.Name ?? "-", one.Status?.Node ?? "-", state, age, container.Bytes is { } bytes ? Words.Size(bytes) : "-",
                    container.Image ?? "-");
            }
        }

        return table.ToString();
    }
}
