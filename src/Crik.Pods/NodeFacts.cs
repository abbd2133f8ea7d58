namespace Crik.Pods;

/// <summary>What `status.nodeInfo` of a Node says.</summary>
/// <param name="KernelVersion">Such as `6.1.0-18-amd64`.</param>
/// <param name="Architecture">Such as `amd64`.</param>
/// <param name="Runtime">Such as `containerd://2.1.1`. Null if it is not known.</param>
public sealed record NodeFacts(string Name, string KernelVersion, string Architecture, string? Runtime = null);
