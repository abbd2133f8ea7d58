namespace Crik.NodeStateServer.Pods;

/// <summary>What is read of a pod.</summary>
/// <param name="Uid">Differs from that of an earlier pod of the same name.</param>
/// <param name="Node">Null when the pod is not on a node yet.</param>
/// <param name="Reason">The reason of the pod's condition DisruptionTarget. Null when the pod does not have it.</param>
internal sealed record PodDisruption(string Uid, string? Node, string? Reason);
