using System.Text.Json.Nodes;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubectl.Cluster;
using Crik.Pods.Restoring;

namespace Crik.Kubectl.Checkpoints;

/// <summary>What somebody wants to restore, and among what an older one can be found.</summary>
/// <param name="Name">As somebody has named it.</param>
internal sealed record RestoreSource(string Name, PodCheckpointDocument Wanted, IReadOnlyList<PodCheckpointDocument> Others)
{
    /// <summary>The architecture, if the image says it.</summary>
    public string? Architecture { get; init; }

    /// <summary>Where the container had bind mounts, if an image says it. A PodCheckpoint has kept the pod with them.</summary>
    public IReadOnlyList<string>? BindMounts { get; init; }

    private static readonly string[] s_kinds = ["podcheckpoint", "podcheckpoints", "pckpt", "podcheckpoint.crik.dev", "podcheckpoints.crik.dev"];

    /// <summary>Whether a word names an image and no PodCheckpoint: an image has a registry, a tag or a digest.</summary>
    public static bool IsImage(string word) => ObjectName(word) is null;

    /// <exception cref="KubectlException">There is no such PodCheckpoint.</exception>
    public static async Task<RestoreSource> OfObjectAsync(ClusterSession cluster, string word, CancellationToken cancellationToken)
    {
        string name = ObjectName(word)!;
        IReadOnlyList<PodCheckpointDocument> all = await new PodCheckpointClient(cluster).ListAsync(cancellationToken);
        return new RestoreSource(name, all.FirstOrDefault(one => one.Metadata?.Name == name) ?? throw NotFound(cluster, name, all), all);
    }

    /// <summary>The pod as the checkpoint has kept it, or as it is if it still exists.</summary>
    /// <exception cref="KubectlException">It is known no more.</exception>
    public static async Task<JsonObject> TemplateAsync(ClusterSession cluster, PodCheckpointDocument checkpoint, CancellationToken cancellationToken)
    {
        if (SavedPod.TemplateOf(checkpoint) is { } kept)
        {
            return kept;
        }

        if (SavedPod.WhyNotTrusted(checkpoint) is { } problem)
        {
            throw new KubectlException(problem);
        }

        return await OriginalAsync(cluster, checkpoint, cancellationToken) is { } found
            ? RestoredPod.Template(found)
            : throw new KubectlException(
                $"{checkpoint.Metadata?.Name} has not kept its pod, and pod {checkpoint.Spec?.Pod} no longer exists in the namespace {cluster.Namespace}; "
                + "restore another checkpoint of it, or create the pod first: the new one gets its volumes and rights");
    }

    /// <summary>The pod of which the checkpoint was made.</summary>
    /// <returns>Null if it does not exist any more, even if another one has its name.</returns>
    public static async Task<JsonObject?> OriginalAsync(ClusterSession cluster, PodCheckpointDocument checkpoint, CancellationToken cancellationToken) =>
        checkpoint.Spec?.Pod is { Length: > 0 } pod && await cluster.FindAsync(ObjectKind.Pod.Type, pod, cancellationToken) is { } found
            && (checkpoint.Status?.PodUid is null || checkpoint.Status.PodUid == found.Text("metadata", "uid")) ? found : null;

    private static string? ObjectName(string word) =>
        word.Split('/') is [var kind, var named] && s_kinds.Contains(kind) ? named : word.AsSpan().IndexOfAny('/', ':', '@') < 0 ? word : null;

    private static KubectlException NotFound(ClusterSession cluster, string name, IReadOnlyList<PodCheckpointDocument> all)
    {
        const int MostNames = 10;
        string[] known = [.. all.OrderByDescending(static one => one.Metadata?.CreationTimestamp).Take(MostNames).Select(static one => one.Metadata?.Name ?? "")];
        return new KubectlException($"there is no podcheckpoint/{name} in the namespace {cluster.Namespace}"
            + (known.Length > 0 ? $"; the newest are {string.Join(", ", known)}" : "; name another namespace with -n"));
    }
}
