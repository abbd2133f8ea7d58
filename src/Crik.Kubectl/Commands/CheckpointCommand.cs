using System.Text.Json.Nodes;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubectl.Checkpoints;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.CommandLine;
using Crik.Kubectl.Output;
using Crik.Kubernetes.Api;

namespace Crik.Kubectl.Commands;

/// <summary>Makes checkpoints: by the crik in a pod, or by a PodCheckpoint that a node agent carries out.</summary>
internal static class CheckpointCommand
{
    /// <summary>What only a PodCheckpoint can do.</summary>
    private static readonly CommandOption[] s_ofObjects =
    [
        CommandTable.Engine, CommandTable.ToImage, CommandTable.DeletePod, CommandTable.Repository, CommandTable.EncryptionSecret, CommandTable.NoWait,
        CommandTable.Timeout, CommandTable.Output,
    ];

    public static async Task<bool> RunAsync(Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        if (invocation.Has(CommandTable.ToImage) && invocation.Value(CommandTable.Engine) is { } engine and not CheckpointEngines.Kubelet)
        {
            throw new KubectlException($"--to-image means --engine kubelet, so it does not go together with --engine {engine}; leave one of them out");
        }

        bool isDone = true;
        List<PodCheckpointDocument> created = [];
        using ClusterSession cluster = ClusterSession.Open(invocation, terminal);
        foreach (string target in invocation.Words)
        {
            isDone &= await TryAsync(terminal, async () =>
            {
                if (s_ofObjects.Any(invocation.Has) || !await TryInPodAsync(invocation, target, terminal, cancellationToken))
                {
                    created.Add(await CreateAsync(cluster, target, invocation, cancellationToken));
                    await terminal.PrintErrorAsync($"podcheckpoint/{created[^1].Metadata!.Name} created\n");
                }
            });
        }

        return await ReportAsync(cluster, created, invocation, terminal, cancellationToken) && isDone;
    }

    /// <summary>What fails for one pod is said, and the others are saved all the same.</summary>
    private static async Task<bool> TryAsync(Terminal terminal, Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception exception) when (exception is KubectlException or KubernetesException)
        {
            await terminal.PrintErrorAsync($"error: {exception.Message}\n");
            return false;
        }
    }

    /// <returns>False if the pod has no crik.</returns>
    private static async Task<bool> TryInPodAsync(Invocation invocation, string target, Terminal terminal, CancellationToken cancellationToken)
    {
        try
        {
            return await PodCommand.RunAsync(invocation, target, terminal, cancellationToken);
        }
        catch (NoCrikException)
        {
            await terminal.PrintErrorAsync($"{target} has no crik, so the kubelet is to save it, and its program continues to run\n");
            return false;
        }
    }

    private static async Task<PodCheckpointDocument> CreateAsync(ClusterSession cluster, string target, Invocation invocation, CancellationToken cancellationToken)
    {
        JsonObject pod = await PodFinder.FindAsync(cluster, Target.Parse(target), cancellationToken);
        string[] known = [.. pod.Objects("spec", "containers").Select(static item => item.Text("name")).OfType<string>()];
        if (invocation.All(CommandTable.Container).FirstOrDefault(name => !known.Contains(name)) is { } unknown)
        {
            throw new KubectlException($"pod {pod.Name()} has no container '{unknown}'; it has {string.Join(", ", known)}");
        }

        return await new PodCheckpointClient(cluster).CreateAsync(Wanted(pod, cluster.Namespace, invocation), cancellationToken);
    }

    private static PodCheckpointDocument Wanted(JsonObject pod, string space, Invocation invocation)
    {
        string? engine = invocation.Has(CommandTable.ToImage) ? CheckpointEngines.Kubelet : invocation.Value(CommandTable.Engine);
        bool endsInCrik = EndsInCrik(pod, engine, invocation);
        return PodCheckpointDocument.New(
            new ObjectMetadata { GenerateName = pod.Name() + "-", Namespace = space },
            new PodCheckpointSpec
            {
                Pod = pod.Name(),
                PodUid = pod.Text("metadata", "uid"),
                Containers = invocation.All(CommandTable.Container) is { Count: > 0 } containers ? containers : null,
                Engine = endsInCrik ? CheckpointEngines.Crik : engine,
                LeaveRunning = endsInCrik ? invocation.Has(CommandTable.LeaveRunning) : null, // the kubelet never ends a program
                Timeout = invocation.Duration(CommandTable.Timeout) is null ? null : invocation.Value(CommandTable.Timeout),
                DeletePod = invocation.Has(CommandTable.DeletePod) ? true : null,
                Repository = invocation.Value(CommandTable.Repository),
                EncryptionSecret = invocation.Value(CommandTable.EncryptionSecret),
            });
    }

    /// <summary>Whether crik saves it, as far as the pod shows that: then the program ends as it does without a PodCheckpoint.</summary>
    private static bool EndsInCrik(JsonObject pod, string? engine, Invocation invocation)
    {
        IReadOnlyList<string> underCrik = CrikContainers.Of(pod);
        return engine == CheckpointEngines.Crik
            || (engine is null or CheckpointEngines.Auto && !invocation.Has(CommandTable.DeletePod) && !invocation.Has(CommandTable.EncryptionSecret)
                && underCrik.Count > 0 && invocation.All(CommandTable.Container).All(underCrik.Contains));
    }

    private static async Task<bool> ReportAsync(
        ClusterSession cluster, IReadOnlyList<PodCheckpointDocument> created, Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        string? format = invocation.Value(CommandTable.Output);
        bool isDone = true;
        List<JsonObject> documents = [];
        foreach (PodCheckpointDocument one in created)
        {
            isDone &= await TryAsync(terminal, async () =>
            {
                PodCheckpointDocument found = invocation.Has(CommandTable.NoWait) ? one
                    : await new CheckpointWait(new PodCheckpointClient(cluster), cluster, terminal).ForAsync(one, cancellationToken);
                if (format is "json" or "yaml")
                {
                    documents.Add(await DocumentAsync(cluster, one, cancellationToken));
                }
                else
                {
                    await PrintAsync(found, format, terminal);
                }
            });
        }

        if (documents.Count > 0)
        {
            JsonObject list = documents is [var only] ? only : new JsonObject { ["items"] = new JsonArray([.. documents]) };
            await terminal.PrintAsync(Documents.Write(list, format!));
        }

        return isDone;
    }

    private static async Task<JsonObject> DocumentAsync(ClusterSession cluster, PodCheckpointDocument created, CancellationToken cancellationToken) =>
        await cluster.FindAsync(PodCheckpointClient.Type, created.Metadata!.Name!, cancellationToken)
            ?? throw new KubectlException($"somebody has deleted podcheckpoint/{created.Metadata.Name}");

    private static async Task PrintAsync(PodCheckpointDocument found, string? format, Terminal terminal)
    {
        string? name = found.Metadata?.Name;
        string[] results = format == "name" ? [$"podcheckpoint.{PodCheckpointDocument.Group}/{name}"] : [.. CheckpointProgress.Results(found)];
        await terminal.PrintAsync(string.Concat(results.Select(static line => line + "\n")));
        if (found.Status?.Gap is { } gap)
        {
            await terminal.PrintErrorAsync($"{name}: the program ran for {gap} after it was saved, until the pod was deleted\n");
        }
    }
}
