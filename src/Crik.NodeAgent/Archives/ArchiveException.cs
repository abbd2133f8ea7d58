namespace Crik.NodeAgent.Archives;

/// <summary>An archive cannot be used.</summary>
/// <param name="reason">One of <see cref="Contracts.PodCheckpoints.PodCheckpointReasons"/>.</param>
internal sealed class ArchiveException(string reason, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Reason { get; } = reason;
}
