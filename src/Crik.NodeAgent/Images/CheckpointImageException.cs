namespace Crik.NodeAgent.Images;

/// <summary>An image could not be pushed, found or deleted. The message names it and says what to try.</summary>
internal sealed class CheckpointImageException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether the registry never deletes images. Trying again does not help.</summary>
    public bool IsDeletionUnsupported { get; init; }
}
