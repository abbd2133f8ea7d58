using Crik.Init;
using Crik.Linux;

namespace Crik.Tests.Init;

/// <summary>
/// An init without processes. It has the real state that the init and the run share, records signals instead of sending them, and never really waits.
/// </summary>
internal sealed class ScriptedInit : IInit
{
    private bool _mayCommit;

    public ScriptedInit(int checkpointSignal = 0)
    {
        State = new InitState(checkpointSignal, (pid, signal, _) =>
        {
            Sent.Add((pid, signal));
            return 0;
        });
    }

    /// <summary>The PID of every scripted criu. The kernel never gives it to a process, so a signal to it cannot reach a real one.</summary>
    public const int NobodysPid = (1 << 22) + 1;

    public InitState State { get; }

    /// <summary>The signals that the init sent, in order.</summary>
    public List<(int Pid, int Signal)> Sent { get; } = [];

    /// <summary>Whether the run committed without asking the init. Then there was a checkpoint beside a running program for an instant.</summary>
    public bool CommittedUnasked { get; private set; }

    public List<ProcessSpec> Starts { get; } = [];

    /// <summary>Why no process can be started; 0 when one can.</summary>
    public int StartErrno { get; init; }

    public List<ChildProcess> Forgotten { get; } = [];

    /// <summary>Decides what happens to a started process. Without it, nothing happens.</summary>
    public Action<ChildProcess>? WhenStarted { get; set; }

    /// <summary>Called with a child that something else starts.</summary>
    public Action<ChildProcess>? WhenAwaited { get; set; }

    /// <summary>Called when a save begins to keep signals back.</summary>
    public Action? WhenSaveBegins { get; set; }

    /// <summary>Called when the run has won the decision to commit and has not committed yet.</summary>
    public Action? WhenCommitWasAllowed { get; set; }

    /// <summary>Called when the run has committed and the init does not know it yet.</summary>
    public Action? WhenCommitted { get; set; }

    /// <summary>Called when the run waits and nothing has happened.</summary>
    public Action? WhenWaiting { get; set; }

    /// <summary>How long the run was ready to wait, each time that it waited.</summary>
    public List<TimeSpan> Patience { get; } = [];

    /// <summary>The grace period that the run planned with after SIGTERM.</summary>
    public TimeSpan? PlannedPeriod { get; private set; }

    /// <summary>What the run reported as its failure.</summary>
    public List<Exception> Failures { get; } = [];

    public ChildProcess? Program
    {
        get => State.Program;
        set => State.SetProgram(value);
    }

    /// <summary>Does what the init does when a signal comes from outside.</summary>
    public void Receive(int signal) => State.Receive(new ReceivedSignal(signal, Code: 0, SenderPid: 7, Value: 0), Environment.TickCount64);

    /// <summary>Does what the init does at the deadline.</summary>
    public void TakeProgramAway()
    {
        State.Release();
        if (State.TerminatedAt is not null && State.Phase != SavePhase.Committed)
        {
            State.Terminate();
        }
    }

    public ChildProcess? TryStart(ProcessSpec spec, out int errno)
    {
        Starts.Add(spec);
        errno = StartErrno;
        if (errno != 0)
        {
            return null;
        }

        ChildProcess child = new(NobodysPid);
        WhenStarted?.Invoke(child);
        return child;
    }

    public ChildProcess Await(int pid)
    {
        ChildProcess child = new(pid);
        State.Await(child);
        WhenAwaited?.Invoke(child);
        return child;
    }

    public void Forget(ChildProcess child)
    {
        Forgotten.Add(child);
        State.Forget(child);
    }

    public bool Wait(Func<bool> until, Deadline deadline, int readable = -1, int alsoReadable = -1)
    {
        Patience.Add(deadline.Left);
        if (!until() && readable < 0)
        {
            WhenWaiting?.Invoke();
            return until();
        }

        Span<Libc.PollEntry> entries = stackalloc Libc.PollEntry[1];
        while (!until() && !deadline.HasPassed) // work on another thread, whose end is a real event
        {
            entries[0] = new() { Descriptor = readable, Events = Libc.POLLIN };
            Libc.Poll(entries, deadline.PollTimeout);
            if (entries[0].Returned != 0)
            {
                return true;
            }
        }

        return until();
    }

    public void SetGracePeriod(TimeSpan period, bool byRun = false) => PlannedPeriod = byRun ? period : PlannedPeriod;

    public void Terminate() => State.Terminate(byRun: true);

    public void Discarding(SignalSet signals, Action action)
    {
        State.Discard(signals);
        action();
        State.Discard(SignalSet.Empty);
    }

    public bool TryHoldProgram(ChildProcess criu, Deadline atMost)
    {
        bool mayHold = State.TryBeginSave(criu, atMost.AtMilliseconds);
        WhenSaveBegins?.Invoke();
        return mayHold;
    }

    public bool TryCommit(int[] held)
    {
        _mayCommit = State.TryCommit(held);
        if (_mayCommit)
        {
            WhenCommitWasAllowed?.Invoke();
        }

        return _mayCommit;
    }

    public bool NoteCommitted()
    {
        CommittedUnasked |= !_mayCommit;
        WhenCommitted?.Invoke();
        return State.NoteCommitted();
    }

    public void ReportFailure(Exception failure)
    {
        Failures.Add(failure);
        State.NoteFailure();
    }
}
