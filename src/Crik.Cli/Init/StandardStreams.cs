using Crik.Linux;

namespace Crik.Init;

/// <summary>
/// Descriptors 0 to 2 as crik was given them. One that was closed is held by <c>/dev/null</c>, close-on-exec, so that
/// nothing of crik's lands there and the program still finds it closed.
/// </summary>
internal sealed class StandardStreams
{
    private readonly bool[] _given;
    private bool _terminalIsFree;

    public StandardStreams()
        : this(new bool[3])
    {
        for (int number = 0; number < 3; number++)
        {
            _given[number] = Libc.IsOpen(number);
        }

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

    /// <summary>Those of a tree that shares none of crik's.</summary>
    public static StandardStreams None => new([false, false, false]);

    public bool WasGiven(int number) => _given[number];

    public bool IsTerminal(int number) => _given[number] && Libc.IsTerminal(number);

    /// <summary>The terminal that the program is to have, if there is one among them.</summary>
    public int? Terminal
    {
        get
        {
            for (int number = 0; number < 3; number++)
            {
                if (IsTerminal(number))
                {
                    return number;
                }
            }

            return null;
        }
    }

    /// <summary>Gives up the controlling terminal, so that the session of a program, restored or fresh, can have it.</summary>
    /// <returns><see langword="false"/> when there is none, or it is not crik's to give.</returns>
    public bool ReleaseTerminal(Supervisor supervisor)
    {
        if (!_terminalIsFree && Terminal is { } terminal && Libc.GetSessionId(0) == Environment.ProcessId && Libc.ReleaseTerminal(terminal))
        {
            supervisor.Discard(Signal.SIGHUP, Signal.SIGCONT);
            _terminalIsFree = true;
        }

        return _terminalIsFree;
    }
}
