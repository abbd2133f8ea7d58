using System.Diagnostics.CodeAnalysis;
using Crik.Diagnostics;

namespace Crik.Init;

/// <summary>
/// Starts the program. A process can do some things only for itself: become a subreaper, take the terminal, enter a new IPC namespace.
/// So the new process first runs crik a second time, which does these things and then executes the program in its place.
/// </summary>
internal static class ProgramStart
{
    /// <summary>The first argument of that second crik. Users never type it.</summary>
    public const string Stage = "__start";

    internal const string Subreaper = "subreaper";
    internal const string IpcNamespace = "ipc";
    private const string NoIoUring = "no-io-uring";
    private const string TakeTerminal = "terminal=";
    private const string ForegroundGroup = "foreground=";
    private const string LogAs = "log=";

    /// <param name="forCheckpoints">Keep daemons in the tree, and the tree's PIDs apart from crik's.</param>
    /// <param name="ownIpcNamespace">Give the program its own IPC namespace, because criu dumps System V shared memory only from one.</param>
    /// <param name="shelter">What to hide from the program because criu cannot save it.</param>
    public static ChildProcess Start(
        IInit init, StandardStreams streams, IReadOnlyList<string> command, bool forCheckpoints, bool ownIpcNamespace, Shelter? shelter = null)
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
            Log.Debug(Event.NoIpcNamespace, "the program shares the container's IPC namespace, so System V shared memory cannot be checkpointed",
                ("wants", "SYS_ADMIN, NET_ADMIN and SYS_TIME"));
        }

        if (shelter?.FiltersIoUring == true)
        {
            duties.Add(NoIoUring);
        }

        if (streams.Terminal is { } terminal)
        {
            if (streams.ReleaseTerminal(init))
            {
                duties.Add($"{TakeTerminal}{terminal}");
            }
            else if (!forCheckpoints)
            {
                // crik does not lead the terminal's session, for example because a shell started it. It makes the program the terminal's
                // foreground group, as tini does.
                newSession = false;
                duties.Add($"{ForegroundGroup}{terminal}");
            }
        }

        ProcessSpec spec = new(duties.Count == 0 ? command : ["/proc/self/exe", Stage, $"{LogAs}{Log.Settings}", .. duties, "--", .. command])
        {
            Environment = shelter?.Environment,
            NewSession = newSession,
            NewGroup = !newSession,
        };
        return init.TryStart(spec, out int errno) ?? throw NotExecutable(command[0], errno);
    }

    /// <summary>Runs in the second crik: does what <see cref="Start"/> ordered, and executes the program in its place.</summary>
    /// <exception cref="CrikException">The program cannot be executed.</exception>
    [DoesNotReturn]
    public static void Become(ReadOnlySpan<string> arguments)
    {
        int end = arguments.IndexOf("--");
        SignalSet mask = Libc.SetSignalMask(SignalSet.All); // the kernel sends SIGTTOU to a background group that asks for the foreground
        foreach (string duty in arguments[..end])
        {
            Do(duty);
        }

        string[] command = arguments[(end + 1)..].ToArray();
        Libc.SetDefaultAction(Signal.SIGPIPE);
        Libc.SetSignalMask(mask);
        throw NotExecutable(command[0], Libc.Execute(command));
    }

    public static CrikException NotExecutable(string file, int errno) => errno == Errno.ENOENT
        ? new ProgramException($"cannot run {ByteStrings.Printable(file)}: not found; look at PATH and the image", FailureKind.ProgramNotFound)
        : new ProgramException($"cannot run {ByteStrings.Printable(file)}: {Errno.Text(errno)}", FailureKind.ProgramNotExecutable);

    private static void Do(string duty)
    {
        if (duty.StartsWith(LogAs, StringComparison.Ordinal))
        {
            Log.Configure(duty[LogAs.Length..]);
        }
        else if (duty == Subreaper)
        {
            Libc.BecomeSubreaper();
        }
        else if (duty == IpcNamespace && Libc.UnshareIpcNamespace() is var trouble and not 0)
        {
            Log.Debug(Event.NoIpcNamespace, "the program could not get an IPC namespace, so its System V shared memory cannot be checkpointed",
                ("reason", Errno.Text(trouble)));
        }
        else if (duty == NoIoUring && Libc.ForbidIoUring() is var errno and not 0)
        {
            Log.Debug(Event.IoUringNotHidden, "io_uring could not be hidden from the program", ("reason", Errno.Text(errno)));
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

    private sealed class ProgramException(string message, FailureKind kind) : CrikException(message, kind);
}
