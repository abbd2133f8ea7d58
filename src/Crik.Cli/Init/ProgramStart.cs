using Crik.Diagnostics;
using Crik.Linux;

namespace Crik.Init;

/// <summary>
/// Starts the program. What only a process can do for itself (becoming a subreaper, taking the terminal, an IPC
/// namespace) is done by crik once more, in the new process, right before it becomes the program.
/// </summary>
internal static class ProgramStart
{
    /// <summary>First argument of that second crik. Not for people.</summary>
    public const string Stage = "__start";

    internal const string Subreaper = "subreaper";
    internal const string IpcNamespace = "ipc";
    private const string NoIoUring = "no-io-uring";
    private const string TakeTerminal = "terminal=";
    private const string ForegroundGroup = "foreground=";

    /// <param name="forCheckpoints">Keep daemons in the tree, and the tree's PIDs apart from crik's.</param>
    /// <param name="ownIpcNamespace">So that System V shared memory is dumped.</param>
    /// <param name="shelter">What the program is kept from.</param>
    public static ChildProcess Start(
        Supervisor supervisor, StandardStreams streams, IReadOnlyList<string> command, bool forCheckpoints, bool ownIpcNamespace, Shelter? shelter = null)
    {
        List<string> duties = [];
        bool newSession = true;
        if (forCheckpoints)
        {
            PidSpace.EnterTreeRange();
            duties.Add(Subreaper);
        }

        if (ownIpcNamespace)
        {
            duties.Add(IpcNamespace);
        }
        else if (forCheckpoints)
        {
            Log.Debug("the program shares the container's IPC namespace, so System V shared memory cannot be checkpointed",
                ("wants", "SYS_ADMIN, NET_ADMIN and SYS_TIME"));
        }

        if (shelter?.FiltersIoUring == true)
        {
            duties.Add(NoIoUring);
        }

        if (streams.Terminal is { } terminal)
        {
            if (streams.ReleaseTerminal(supervisor))
            {
                duties.Add($"{TakeTerminal}{terminal}");
            }
            else if (!forCheckpoints)
            {
                // Under somebody else's session, as when run from a shell: the program gets the terminal's foreground, as with tini.
                newSession = false;
                duties.Add($"{ForegroundGroup}{terminal}");
            }
        }

        ProcessSpec spec = new(duties.Count == 0 ? command : ["/proc/self/exe", Stage, .. duties, "--", .. command])
        {
            Environment = shelter?.Environment,
            NewSession = newSession,
            NewGroup = !newSession,
        };
        return supervisor.TryStart(spec, out int errno) ?? throw NotExecutable(command[0], errno);
    }

    /// <summary>The second crik: does its duties and becomes the program.</summary>
    /// <returns>An exit code, when it could not.</returns>
    public static int Become(ReadOnlySpan<string> arguments)
    {
        int end = arguments.IndexOf("--");
        SignalSet mask = Libc.SetSignalMask(SignalSet.All); // a background group that asks for the foreground gets SIGTTOU
        foreach (string duty in arguments[..end])
        {
            Do(duty);
        }

        string[] command = arguments[(end + 1)..].ToArray();
        Libc.SetDefaultAction(Signal.SIGPIPE);
        Libc.SetSignalMask(mask);
        CrikException failure = NotExecutable(command[0], Libc.Execute(command));
        Log.Error(failure.Message);
        return failure.ExitCode;
    }

    public static CrikException NotExecutable(string file, int errno) => errno == Errno.ENOENT
        ? new ProgramException($"cannot run {ByteStrings.Printable(file)}: not found; look at PATH and the image", ExitCodes.NotFound)
        : new ProgramException($"cannot run {ByteStrings.Printable(file)}: {Errno.Text(errno)}", ExitCodes.NotExecutable);

    private static void Do(string duty)
    {
        if (duty == Subreaper)
        {
            Libc.BecomeSubreaper();
        }
        else if (duty == IpcNamespace)
        {
            int errno = Libc.UnshareIpcNamespace();
            if (errno != 0)
            {
                Log.Debug("the program has no IPC namespace of its own; System V shared memory cannot be checkpointed", ("reason", Errno.Text(errno)));
            }
        }
        else if (duty == NoIoUring)
        {
            int errno = Libc.ForbidIoUring();
            if (errno != 0)
            {
                Log.Debug("io_uring could not be hidden from the program", ("reason", Errno.Text(errno)));
            }
        }
        else if (duty.StartsWith(TakeTerminal, StringComparison.Ordinal))
        {
            Libc.TakeTerminal(duty[TakeTerminal.Length] - '0');
        }
        else if (duty.StartsWith(ForegroundGroup, StringComparison.Ordinal))
        {
            Libc.SetForegroundGroup(duty[ForegroundGroup.Length] - '0', Libc.GetProcessGroup());
        }
    }

    private sealed class ProgramException(string message, int exitCode) : CrikException(message, exitCode);
}
