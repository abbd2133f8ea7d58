using System.Text.Json.Nodes;
using Crik.Kubectl.Checkpoints;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.CommandLine;
using Crik.Kubectl.Output;
using Crik.Kubernetes.Api;
using Crik.Pods.Restoring;

namespace Crik.Kubectl.Commands;

/// <summary>Makes a pod from a checkpoint image, after it has looked whether a node can restore it.</summary>
internal static class RestoreCommand
{
    /// <summary>A name of a pod is also a DNS label.</summary>
    private const int LongestName = 63;

    private const string Suffix = "-restored";

    public static async Task<bool> RunAsync(Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        using ClusterSession cluster = ClusterSession.Open(invocation, terminal);
        string word = invocation.Words[0];
        RestoreSource source = RestoreSource.IsImage(word)
            ? await ImageSource.ReadAsync(word, cluster.Namespace, terminal, cancellationToken)
            : await RestoreSource.OfObjectAsync(cluster, word, cancellationToken);
        JsonObject? original = await RestoreSource.OriginalAsync(cluster, source.Wanted, cancellationToken);
        RestoreNodes nodes = await RestoreNodes.ReadAsync(cluster, invocation.Value(CommandTable.To), cancellationToken);
        RestoreRequest request = new(source.Wanted, source.Others, nodes.Usable, Fallback(invocation))
        {
            AllNodes = nodes.All,
            Architecture = source.Architecture,
            MakesPod = true,
            PodOf = checkpoint => (SavedPod.TemplateOf(checkpoint) ?? (checkpoint == source.Wanted && original is not null ? RestoredPod.Template(original) : null)) is { } kept
                ? RestoredPod.WithoutNode(kept) : null,
        };
        RestoreDecision decision = request.Decide();
        string? beside = decision is RestoreDecision.Refused ? null : Beside(original);
        string? mounts = source.BindMounts is null && RestoreSource.IsImage(word)
            ? "The image does not say which mounts its container had. If the pod lacks one of them, the restore fails." : null;
        string[] before = [.. new[] { nodes.NotRead, beside, mounts }.OfType<string>()];
        foreach (string note in (string[])[.. before, .. decision.Notes])
        {
            await terminal.PrintErrorAsync($"{Words.Printable(note)}\n");
        }

        JsonObject pod = await PodAsync(cluster, source, nodes, decision, invocation, terminal, cancellationToken);
        await ShowAsync(cluster, pod, invocation, terminal, cancellationToken);
        return true;
    }

    /// <summary>What to know if the old pod is still there, or null.</summary>
    private static string? Beside(JsonObject? original) => original is null || !PodFinder.IsRunning(original) ? null
        : $"The pod {original.Name()} still runs: the new one runs beside it, with the same volumes and the same labels. Delete the old one if it is to be replaced.";

    private static RestoreFallback Fallback(Invocation invocation) => invocation.Value(CommandTable.Fallback) switch
    {
        "fresh" => RestoreFallback.Fresh,
        "previous" => RestoreFallback.Previous,
        _ => RestoreFallback.Fail,
    };

    private static async Task<JsonObject> PodAsync(
        ClusterSession cluster, RestoreSource source, RestoreNodes nodes, RestoreDecision decision, Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        switch (decision)
        {
            case RestoreDecision.Restored restored:
                JsonObject template = await RestoreSource.TemplateAsync(cluster, restored.Checkpoint, cancellationToken);
                CheckMounts(source, restored, template);
                RestoreParts parts = RestoreParts.Of(restored, template);
                if (parts.Missing() is { } missing)
                {
                    await terminal.PrintErrorAsync($"{missing}\n");
                }

                return RestoredPod.Make(template, NameOf(template, invocation), parts);
            case RestoreDecision.Fresh:
                JsonObject original = await RestoreSource.TemplateAsync(cluster, source.Wanted, cancellationToken);
                return RestoredPod.MakeFresh(original, NameOf(original, invocation), invocation.Has(CommandTable.To) ? nodes.Usable : []);
            default:
                throw new KubectlException($"{((RestoreDecision.Refused)decision).Reason} No pod was made; --fallback previous or fresh would make another one.");
        }
    }

    private static void CheckMounts(RestoreSource source, RestoreDecision.Restored restored, JsonObject template)
    {
        foreach (string container in source.BindMounts is null ? [] : SavedPod.Images(restored.Checkpoint).Keys)
        {
            if (BindMounts.MissingIn(template, container, source.BindMounts!) is { Count: > 0 } missing)
            {
                throw new KubectlException($"the container {container} had mounts at {Words.Printable(string.Join(", ", missing))} when {source.Name} was made, and that of pod "
                    + $"{template.Name()} does not have them, so no runtime can restore it; add volumes there to the pod first");
            }
        }
    }

    private static string NameOf(JsonObject template, Invocation invocation)
    {
        string old = template.Name() is { Length: > 0 } name ? name : "pod";
        return invocation.Value(CommandTable.Name) ?? old[..Math.Min(old.Length, LongestName - Suffix.Length)].TrimEnd('-', '.') + Suffix;
    }

    private static async Task ShowAsync(ClusterSession cluster, JsonObject pod, Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        bool isDryRun = invocation.Has(CommandTable.DryRun);
        string? format = invocation.Value(CommandTable.Output);
        if (!isDryRun)
        {
            await CreateAsync(cluster, pod, cancellationToken);
        }

        await terminal.PrintAsync(
            format == "name" ? $"pod/{pod.Name()}\n"
            : format is not null || isDryRun ? Documents.Write(pod, format ?? "yaml")
            : $"pod/{pod.Name()} created\n");
    }

    private static async Task CreateAsync(ClusterSession cluster, JsonObject pod, CancellationToken cancellationToken)
    {
        try
        {
            await cluster.CreateAsync(ObjectKind.Pod.Type, pod, cancellationToken);
        }
        catch (KubernetesException exception) when (exception.IsAlreadyExists)
        {
            throw new KubectlException($"there is a pod/{pod.Name()} already; choose another name with --name, or delete it first", exception);
        }
    }
}
