namespace Crik.Pods;

/// <summary>What decides, beside the pod itself, whether it survives its node. What is not known is left out.</summary>
/// <param name="Volumes">The claims of the pod that exist.</param>
/// <param name="Node">The node on which the pod runs. Null if it runs on none, or nothing is known about it.</param>
public sealed record PodSurroundings(PodToInject Pod, IReadOnlyList<VolumeFacts> Volumes, NodeFacts? Node);
