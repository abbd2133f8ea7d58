namespace Crik.Testing;

/// <summary>A clock that a test can move forward. It does not change timers.</summary>
public sealed class ShiftedClock : TimeProvider
{
    private long _shift;

    public void Forward(TimeSpan time) => Interlocked.Add(ref _shift, time.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _shift));
}
