namespace Crik.NodeStateServer.Tests;

/// <summary>A clock that a test can move forward. It does not change timers.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _shift;

    public void Forward(TimeSpan time) => Interlocked.Add(ref _shift, time.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _shift));
}
