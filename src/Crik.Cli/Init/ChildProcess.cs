namespace Crik.Init;

/// <summary>A child that somebody waits for. The init notes how it ended, and any thread may ask.</summary>
internal sealed class ChildProcess(int pid)
{
    private const int StillRuns = -1;

    /// <summary>The wait status of waitpid(2), which is never negative.</summary>
    private volatile int _waitStatus = StillRuns;

    public int Pid { get; } = pid;

    public ExitStatus? Exit => _waitStatus is var status and not StillRuns ? ExitStatus.FromWaitStatus(status) : null;

    public bool HasExited => _waitStatus != StillRuns;

    internal void NoteEnd(int waitStatus) => _waitStatus = waitStatus;
}
