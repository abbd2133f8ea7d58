namespace Crik.Control;

/// <summary>What a control command asks of the running crik.</summary>
/// <param name="LeaveRunning">The program runs on after the checkpoint.</param>
internal sealed record ControlRequest(string Command, bool LeaveRunning = false)
{
    public const string Status = "status";
    public const string Metrics = "metrics";
    public const string Checkpoint = "checkpoint";

    /// <summary>The next SIGTERM makes a checkpoint, whatever the state of the node is.</summary>
    public const string CheckpointAtTermination = "checkpoint-at-termination";

    /// <summary>The next SIGTERM is treated as the configuration says, after all.</summary>
    public const string DecideAtTermination = "decide-at-termination";
}
