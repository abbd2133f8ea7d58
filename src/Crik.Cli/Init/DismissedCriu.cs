namespace Crik.Init;

/// <summary>The criu that was told to let the program go, until it has had the time for that. Times are in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
internal sealed class DismissedCriu
{
    private ChildProcess? _criu;

    /// <summary>When it is to be killed; <see cref="long.MaxValue"/> when there is none.</summary>
    public long KillAt { get; private set; } = long.MaxValue;

    /// <param name="criu"><see langword="null"/> when no criu held the program.</param>
    /// <param name="patience">How long criu may take to let the program go after its writes were forbidden.</param>
    public void Add(ChildProcess? criu, long now, long patience)
    {
        if (criu is not null)
        {
            (_criu, KillAt) = (criu, now + patience);
        }
    }

    /// <returns>The criu to kill, once, or <see langword="null"/>. One that has ended is not killed: another process may have its number.</returns>
    public ChildProcess? TakeOverdue(long now)
    {
        if (now < KillAt)
        {
            return null;
        }

        KillAt = long.MaxValue;
        return _criu is { HasExited: false } ? _criu : null;
    }
}
