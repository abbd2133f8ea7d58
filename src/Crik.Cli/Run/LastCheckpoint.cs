namespace Crik.Run;

/// <summary>Tells <c>crik status</c> about this run's last checkpoint. It never changes but is replaced, so that any thread can read it.</summary>
/// <param name="State">The state of the run: running or checkpointing.</param>
/// <param name="Failure">Why the last attempt failed, if it did.</param>
internal sealed record LastCheckpoint(string State, int? Generation, DateTimeOffset? At, string? Failure)
{
    public static LastCheckpoint None { get; } = new("running", null, null, null);
}
