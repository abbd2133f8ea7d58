namespace Crik.Pods.Restoring;

/// <summary>What goes into a pod so that a container runtime restores it.</summary>
/// <param name="Images">The checkpoint images, by container. The other containers start from their own image.</param>
/// <param name="Nodes">The nodes among which the scheduler may choose. None means all.</param>
/// <param name="Checkpoint">The name of the PodCheckpoint or the image, for whoever looks at the pod.</param>
public sealed record RestoreParts(IReadOnlyDictionary<string, string> Images, IReadOnlyList<NodeFacts> Nodes, string Checkpoint)
{
    public static RestoreParts Of(RestoreDecision.Restored decision) => new(
        SavedPod.Images(decision.Checkpoint),
        [.. decision.Nodes.Where(static node => node.Name.Length > 0)], // a node without a name stands for all of which nothing is known
        decision.Checkpoint.Metadata?.Name ?? "");
}
