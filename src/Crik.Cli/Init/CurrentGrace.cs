namespace Crik.Init;

/// <summary>The clock of the grace period as the pod's node is now. Any thread may set it: a node that shuts down leaves less time.</summary>
internal sealed class CurrentGrace(TimeSpan period)
{
    private volatile GraceClock _clock = new(period);

    public GraceClock Clock
    {
        get => _clock;
        set => _clock = value;
    }
}
