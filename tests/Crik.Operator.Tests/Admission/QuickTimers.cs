namespace Crik.Operator.Tests.Admission;

/// <summary>Timers that end a hundred times as fast.</summary>
internal sealed class QuickTimers : TimeProvider
{
    public List<TimeSpan> Started { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Started.Add(dueTime);
        return base.CreateTimer(callback, state, dueTime / 100, period);
    }
}
