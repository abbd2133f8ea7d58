namespace Crik.Control;

/// <summary>What a control command asks of the running crik.</summary>
/// <param name="LeaveRunning">The program runs on after the checkpoint.</param>
internal sealed record ControlRequest(string Command, bool LeaveRunning = false)
{
    public const string Status = "status";
    public const string Metrics = "metrics";
    public const string Checkpoint = "checkpoint";
}
