namespace Crik.Checkpoints;

/// <summary>The image directory, or a checkpoint in it, cannot be used; the message names the path and what to try.</summary>
internal sealed class CheckpointException(string message, int exitCode = ExitCodes.Failure, Exception? cause = null) : CrikException(message, exitCode, cause);
