namespace Crik.NodeStateServer.Pods;

/// <param name="Reason">The reason of the pod's condition DisruptionTarget. Null when the pod does not have it.</param>
internal sealed record PodDisruption(string Uid, string? Reason);
