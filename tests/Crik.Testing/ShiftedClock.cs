namespace Crik.Testing;

/// <summary>A clock that a test can move. It does not change timers.</summary>
public sealed class ShiftedClock : TimeProvider
{
    private long _shift;
    private long _step;

    /// <summary>Lets time pass.</summary>
    public void Forward(TimeSpan time) => Interlocked.Add(ref _shift, time.Ticks);

    /// <summary>Changes the wall clock only, as NTP or an administrator does. No time passes.</summary>
    public void StepWallClock(TimeSpan step) => Interlocked.Add(ref _step, step.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _shift) + Interlocked.Read(ref _step));

    public override long GetTimestamp() =>
        base.GetTimestamp() + (long)(TimeSpan.FromTicks(Interlocked.Read(ref _shift)).TotalSeconds * TimestampFrequency);
}
