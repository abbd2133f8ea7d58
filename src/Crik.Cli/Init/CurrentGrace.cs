namespace Crik.Init;

/// <summary>
/// The clock of the grace period. A node that shuts down leaves less time, so news about the node change it, but only until SIGTERM: a
/// later one would end a checkpoint that the run has planned with another period. Any thread may change it.
/// </summary>
internal sealed class CurrentGrace(TimeSpan period)
{
    private volatile GraceClock _byNode = new(period);
    private volatile GraceClock? _planned;

    public GraceClock Clock => _planned ?? _byNode;

    /// <param name="byRun">The run plans with this period after SIGTERM. Otherwise it is news about the node.</param>
    /// <param name="isTerminated">SIGTERM has come.</param>
    /// <returns>Whether the clock is another one now.</returns>
    public bool Set(TimeSpan period, bool byRun, bool isTerminated)
    {
        GraceClock before = Clock;
        if (byRun)
        {
            _planned = new GraceClock(period);
        }
        else if (!isTerminated)
        {
            _byNode = new GraceClock(period);
        }

        return Clock != before;
    }
}
