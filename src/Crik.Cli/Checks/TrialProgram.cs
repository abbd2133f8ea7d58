using Crik.Init;
using Crik.Linux;

namespace Crik.Checks;

/// <summary>
/// The small tree of the trial: crik itself, because an image may have no other program, with a child. What it waits for,
/// and what it answers, is in its memory only: so its answer shows that it was saved and restored.
/// </summary>
internal static class TrialProgram
{
    /// <summary>First argument of that crik. Not for people.</summary>
    public const string Stage = "__trial";

    public const int Success = 42;

    private const string Child = "child";

    /// <param name="arguments">The file to make when all is ready; or that it is the child.</param>
    /// <returns>The exit code.</returns>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        using Supervisor supervisor = new() { HoldsTermination = true };
        bool isChild = arguments is [Child];
        ChildProcess? child = isChild ? null : supervisor.Start(new ProcessSpec(["/proc/self/exe", Stage, Child]));
        int answer = Success - (child?.Pid ?? Environment.ProcessId);
        if (!isChild)
        {
            using FileDescriptor ready = Libc.Open(arguments[0], Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL, 0x180);
        }

        supervisor.Wait(() => supervisor.TerminationRequested is not null, Deadline.Never);
        if (child is null)
        {
            return answer + Environment.ProcessId;
        }

        Libc.Kill(child.Pid, Signal.SIGTERM);
        supervisor.Wait(() => child.HasExited, Deadline.In(TimeSpan.FromSeconds(10)));
        return child.Exit is { Code: Success } ? answer + child.Pid : 1;
    }
}
