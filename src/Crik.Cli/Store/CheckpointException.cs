namespace Crik.Store;

/// <summary>Thrown when the image directory, or a checkpoint in it, cannot be used. The message names the path and what to do.</summary>
internal sealed class CheckpointException(string message, FailureKind kind = FailureKind.Failed, Exception? cause = null)
    : CrikException(message, kind, cause);
