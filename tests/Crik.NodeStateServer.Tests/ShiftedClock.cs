namespace Crik.NodeStateServer.Tests;

/// <summary>The machine's clock, of which the hands can be put forward. Timers run as ever.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _shift;

    public void Forward(TimeSpan time) => Interlocked.Add(ref _shift, time.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _shift));
}
