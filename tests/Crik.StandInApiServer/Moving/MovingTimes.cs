namespace Crik.StandIn.Moving;

/// <summary>How long things take on the simulated nodes.</summary>
public sealed record MovingTimes(TimeSpan Checkpoint, TimeSpan Restore)
{
    public static MovingTimes Quick { get; } = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50));
}
