namespace Crik.Control;

/// <summary>What a control command asks of the running crik.</summary>
internal sealed record ControlRequest
{
    public const string Status = "status";
    public const string Checkpoint = "checkpoint";

    public required string Command { get; init; }

    /// <summary>The program runs on after the checkpoint.</summary>
    public bool LeaveRunning { get; init; }
}
