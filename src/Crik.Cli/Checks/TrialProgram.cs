using Crik.Init;

namespace Crik.Checks;

/// <summary>
/// The small tree of the trial: a crik with a child, because an image may contain no other program. The number that it answers exists
/// only in its memory, so the right answer shows that the memory was saved and restored.
/// </summary>
internal static class TrialProgram
{
    /// <summary>The first argument of that crik. It is not for people. Native/Linked/own-memory.c looks for it too.</summary>
    public const string Stage = "__trial";

    public const int Success = 42;

    private const string Child = "child";

    /// <param name="arguments">The file to make when the tree is ready, or the word that tells a child from its parent.</param>
    /// <returns>The exit code.</returns>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        using SignalGate signals = SignalGate.Close();
        bool isChild = arguments is [Child];
        int child = isChild ? 0 : StartChild(signals);
        int answer = Success - (isChild ? Environment.ProcessId : child);
        if (!isChild)
        {
            using FileDescriptor ready = Libc.Open(arguments[0], Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL, FileModes.OwnFile);
        }

        Await(signals, Signal.SIGTERM);
        if (isChild)
        {
            return answer + Environment.ProcessId;
        }

        _ = Libc.SendSignal(child, Signal.SIGTERM);
        int status;
        while (Libc.ReapAny(out status) == 0)
        {
            Await(signals, Signal.SIGCHLD);
        }

        return ExitStatus.FromWaitStatus(status) is { Code: Success, Signal: 0 } ? answer + child : 1;
    }

    private static int StartChild(SignalGate signals)
    {
        int errno = Libc.Spawn(
            ["/proc/self/exe", Stage, Child], EnvironmentBlock.Current, [], signals.Inherited, signals.ToReset, newSession: false, newGroup: false, out int pid);
        return errno == 0 ? pid : throw new LinuxException("cannot start the child of the trial", errno);
    }

    private static void Await(SignalGate signals, int number)
    {
        while (signals.Next() is not { } signal || signal.Number != number)
        {
            Span<Libc.PollEntry> entries = [new() { Descriptor = signals.Descriptor, Events = Libc.POLLIN }];
            Libc.Poll(entries, -1);
        }
    }
}
