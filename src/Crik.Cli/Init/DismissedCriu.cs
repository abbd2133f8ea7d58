namespace Crik.Init;

/// <summary>The criu that was told to let the program go, until it has had the time for that. Times are in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
/// <param name="patience">How long criu may take to let the program go after its writes were forbidden, in milliseconds.</param>
internal sealed class DismissedCriu(long patience)
{
    private int _pid;

    /// <summary>When it is to be killed; <see cref="long.MaxValue"/> when there is none.</summary>
    public long KillAt { get; private set; } = long.MaxValue;

    /// <param name="pid">0 when no criu held the program: as a target of kill(2) that would be crik's own process group.</param>
    public void Add(int pid, long now)
    {
        if (pid > 0)
        {
            (_pid, KillAt) = (pid, now + patience);
        }
    }

    /// <returns>The criu to kill, once, or <see langword="null"/>.</returns>
    public int? TakeOverdue(long now)
    {
        if (now < KillAt)
        {
            return null;
        }

        KillAt = long.MaxValue;
        return _pid;
    }
}
