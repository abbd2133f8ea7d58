namespace Crik.NodeAgent.Tests.Simulation;

/// <summary>A clock that a simulation moves.</summary>
internal sealed class SimulatedClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 11, 23, 18, 0, 0, TimeSpan.Zero);

    public event Action? Moved;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Move(TimeSpan time)
    {
        _now += time;
        Moved?.Invoke();
    }
}
