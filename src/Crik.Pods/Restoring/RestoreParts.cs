using System.Text.Json.Nodes;

namespace Crik.Pods.Restoring;

/// <summary>What goes into a pod so that a container runtime restores it.</summary>
/// <param name="Images">The checkpoint images, by container. The other containers start from their own image.</param>
/// <param name="Nodes">The nodes among which the scheduler may choose. None means all.</param>
/// <param name="Checkpoint">The name of the PodCheckpoint or the image, for whoever looks at the pod.</param>
public sealed record RestoreParts(IReadOnlyDictionary<string, string> Images, IReadOnlyList<NodeFacts> Nodes, string Checkpoint)
{
    /// <summary>The images with digests from which the containers were started, by container, as far as they are known.</summary>
    public IReadOnlyDictionary<string, string> BaseImages { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether one of the nodes has a runtime that does not pull them by itself.</summary>
    public bool NeedsBaseImages { get; private init; }

    /// <summary>Whether the kubelet can be made to pull them there.</summary>
    public bool HasImageVolumes { get; private init; }

    /// <param name="template">The pod that the checkpoint has kept, if it is known.</param>
    public static RestoreParts Of(RestoreDecision.Restored decision, JsonObject? template) => new(
        SavedPod.Images(decision.Checkpoint),
        [.. decision.Nodes.Where(static node => node.Name.Length > 0)], // a node without a name stands for all of which nothing is known
        decision.Checkpoint.Metadata?.Name ?? "")
    {
        BaseImages = Restoring.BaseImages.Of(template),
        NeedsBaseImages = IsWithoutBaseImages(decision),
        HasImageVolumes = decision.Nodes.All(static node => ImageVolumes.AreSupported(node.Kubelet, node.Runtime)),
    };

    /// <summary>Whether one of the nodes has CRI-O.</summary>
    public static bool IsWithoutBaseImages(RestoreDecision.Restored decision) =>
        decision.Nodes.Any(static node => ContainerRuntime.Parse(node.Runtime)?.Name is ContainerRuntime.CriO);

    /// <summary>What to say if the node may lack an image that it needs, or null.</summary>
    public string? Missing()
    {
        string[] unknown = [.. Images.Keys.Where(name => !BaseImages.ContainsKey(name))];
        return !NeedsBaseImages ? null
            : !HasImageVolumes ? "CRI-O does not pull the image from which a container was started, and before Kubernetes 1.35 nobody else can be made to do it: "
                + "if the node does not have it, the restore fails."
            : unknown.Length > 0 ? $"CRI-O does not pull the image from which the container {string.Join(", ", unknown)} was started, and nobody knows its digest: "
                + "if the node does not have it, the restore fails."
            : null;
    }
}
