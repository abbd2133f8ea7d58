namespace Crik.Init;

/// <summary>
/// Records which of the descriptors 0 to 2 crik was started with. crik opens <c>/dev/null</c>, close-on-exec, in the place of a closed one:
/// no file that crik opens can then get that number, and the program still finds the descriptor closed.
/// </summary>
internal sealed class StandardStreams
{
    private readonly bool[] _given;
    private bool _terminalIsFree;

    public StandardStreams()
        : this([Libc.IsOpen(0), Libc.IsOpen(1), Libc.IsOpen(2)])
    {
        if (_given.Contains(false))
        {
            using FileDescriptor opened = Libc.Open("/dev/null", Libc.O_RDWR);
            using FileDescriptor none = Libc.Duplicate(opened.Number, lowest: 3);
            for (int number = 0; number < 3; number++)
            {
                if (!_given[number])
                {
                    Libc.DuplicateTo(none, number);
                }
            }
        }
    }

    private StandardStreams(bool[] given)
    {
        _given = given;
    }

    /// <summary>The streams of a tree that shares no stream with crik.</summary>
    public static StandardStreams None => new([false, false, false]);

    public bool WasGiven(int number) => _given[number];

    public bool IsTerminal(int number) => _given[number] && Libc.IsTerminal(number);

    /// <summary>The first stream that is a terminal, which the program gets; <see langword="null"/> when none is.</summary>
    public int? Terminal => IsTerminal(0) ? 0 : IsTerminal(1) ? 1 : IsTerminal(2) ? 2 : null;

    /// <summary>Gives up the controlling terminal, so that the session of a program, restored or fresh, can have it.</summary>
    /// <returns><see langword="false"/> when there is no terminal, or crik does not lead its session.</returns>
    public bool ReleaseTerminal(IInit init)
    {
        if (!_terminalIsFree && Terminal is { } terminal && Libc.GetSessionId(0) == Environment.ProcessId)
        {
            // When a session leader gives up its terminal, the kernel sends both signals to the foreground group (disassociate_ctty, tty_jobctrl.c).
            init.Discarding(SignalSet.Of(Signal.SIGHUP, Signal.SIGCONT), () => _terminalIsFree = Libc.ReleaseTerminal(terminal));
        }

        return _terminalIsFree;
    }
}
