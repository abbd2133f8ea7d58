namespace Crik.NodeAgent.Archives;

/// <summary>An archive in the directory of the kubelet that may be the result of a request whose answer was lost.</summary>
/// <param name="IsComplete">Whether it can be read to its end and is that of the pod and container that were asked for.</param>
internal sealed record FoundArchive(string FileName, DateTimeOffset MadeAt, bool IsComplete);
