namespace Crik.Init;

/// <summary>
/// The state that the init and the run share. Each method takes a spin lock for a few instructions and a system call that cannot wait; none
/// opens a file, and none allocates after the start.
/// </summary>
/// <param name="checkpointSignal">The signal that orders a checkpoint instead of going to the program; 0 for none.</param>
/// <param name="send">Sends a signal: <see cref="Libc.SendSignal"/>, or a test's.</param>
internal sealed class InitState(int checkpointSignal, Func<int, int, ulong?, int> send)
{
    private readonly ChildTable _children = new();
    private readonly KeptSignals _kept = new();
    private readonly SaveGuard _save = new();
    private SpinLock _lock = new(enableThreadOwnerTracking: false);
    private ChildProcess? _program;
    private long _terminatedAt;
    private SignalSet _discarded;
    private bool _holdsTermination = true;
    private bool _keepsSignals;
    private bool _wasTerminated;
    private bool _hadToTerminate;
    private bool _checkpointRequested;
    private bool _hasFailed;

    public long? TerminatedAt => Volatile.Read(ref _terminatedAt) is var at and not 0 ? at : null;

    public ChildProcess? Program => Volatile.Read(ref _program);

    public bool CheckpointRequested => Volatile.Read(ref _checkpointRequested);

    /// <summary>Whether the program has had its SIGTERM from crik.</summary>
    public bool WasTerminated => Volatile.Read(ref _wasTerminated);

    /// <summary>Whether the init sent that SIGTERM by itself, to a program that had not ended.</summary>
    public bool HadToTerminate => Volatile.Read(ref _hadToTerminate);

    /// <inheritdoc cref="InitSituation.HasFailed"/>
    public bool HasFailed => Volatile.Read(ref _hasFailed);

    public SavePhase Phase => Locked(static state => state._save.Phase);

    public long ReleaseAt => Locked(static state => state._save.ReleaseAt);

    public void SetProgram(ChildProcess? program)
    {
        using Held held = Hold();
        _program = program;
        ForwardKept();
    }

    public bool TakeCheckpointRequest() => Interlocked.Exchange(ref _checkpointRequested, false);

    /// <param name="now">In milliseconds of <see cref="Environment.TickCount64"/>.</param>
    public void Receive(ReceivedSignal signal, long now)
    {
        using Held held = Hold();
        if (_discarded.Has(signal.Number))
        {
            // crik caused it itself.
        }
        else if (signal.Number == Signal.SIGTERM && _holdsTermination)
        {
            Volatile.Write(ref _terminatedAt, _terminatedAt == 0 ? now : _terminatedAt);
        }
        else if (signal.Number == checkpointSignal)
        {
            Volatile.Write(ref _checkpointRequested, true);
        }
        else if (signal.Number != Signal.SIGCHLD)
        {
            Forward(signal);
        }
    }

    public void Discard(SignalSet signals) => Locked(state => state._discarded = signals);

    public void Send(int signal) => Locked(state => state.Forward(new ReceivedSignal(signal, Code: 0, SenderPid: 0, Value: 0)));

    /// <summary>
    /// Sends the program its SIGTERM unless it has had it; from now on SIGTERM is a signal like any other. Does nothing while a save holds the
    /// program, or when a committed checkpoint ends it, so no checkpoint holds a program with that SIGTERM.
    /// </summary>
    /// <param name="byRun">The run decided it. Otherwise the init does it by itself.</param>
    public void Terminate(bool byRun = false)
    {
        using Held held = Hold();
        if (!_save.HasProgram)
        {
            _holdsTermination = false;
            if (!_wasTerminated)
            {
                _wasTerminated = true;
                Volatile.Write(ref _hadToTerminate, !byRun && _program is { HasExited: false });
                Forward(new ReceivedSignal(Signal.SIGTERM, Code: 0, SenderPid: 0, Value: 0));
            }
        }
    }

    public void NoteFailure() => Volatile.Write(ref _hasFailed, true);

    /// <summary>From now on SIGTERM is a signal like any other: the run does not decide about it.</summary>
    public void ForwardTermination() => Locked(static state => state._holdsTermination = false);

    public void BeginStart() => Locked(static state => state._children.BeginStart());

    public void EndStart(ChildProcess? started)
    {
        using Held held = Hold();
        if (started is not null)
        {
            _children.Await(started);
        }

        _children.EndStart();
    }

    public void Await(ChildProcess child) => Locked(state => state._children.Await(child));

    public void Forget(ChildProcess child) => Locked(state => state._children.Forget(child));

    public bool NoteEnd(int pid, int waitStatus)
    {
        using Held held = Hold();
        return _children.NoteEnd(pid, waitStatus);
    }

    /// <returns><see langword="false"/> when the program has had its SIGTERM.</returns>
    public bool TryBeginSave(ChildProcess criu, long releaseAt)
    {
        using Held held = Hold();
        if (!_wasTerminated)
        {
            _save.Begin(criu, releaseAt);
            _keepsSignals = true;
        }

        return !_wasTerminated;
    }

    public bool TryCommit(int[] held) => Locked(state => state._save.TryCommit(held));

    public bool NoteCommitted() => Locked(static state => state._save.NoteCommitted());

    public void EndSave()
    {
        using Held held = Hold();
        _save.End();
        _keepsSignals = false;
        ForwardKept();
    }

    /// <summary>Takes the program away from a criu that the run does not end: its next write to an image fails, and it lets the tasks go.</summary>
    /// <remarks>The caller is the init, which alone reaps criu: a number of a criu that has not exited means that criu and no other process.</remarks>
    /// <returns>criu, or <see langword="null"/> when no criu holds the program.</returns>
    public ChildProcess? Release()
    {
        (ChildProcess? criu, int[] stopped) = TakeBack();
        if (criu is { HasExited: false })
        {
            Libc.ForbidFileWrites(criu.Pid);
            send(criu.Pid, Signal.SIGCONT, null); // in case that another process stopped criu
        }

        foreach (int task in stopped)
        {
            send(task, Signal.SIGCONT, null);
        }

        return criu;
    }

    private (ChildProcess? Criu, int[] Stopped) TakeBack()
    {
        using Held held = Hold();
        if (!_save.TryRelease())
        {
            return (null, []);
        }

        _keepsSignals = false;
        ForwardKept();
        return (_save.Criu, _save.Held);
    }

    private void Locked(Action<InitState> action)
    {
        using Held held = Hold();
        action(this);
    }

    private T Locked<T>(Func<InitState, T> action)
    {
        using Held held = Hold();
        return action(this);
    }

    private Held Hold()
    {
        bool taken = false;
        _lock.Enter(ref taken);
        return new Held(this);
    }

    private void Forward(ReceivedSignal signal)
    {
        if (_program is null || _keepsSignals)
        {
            _kept.Add(signal);
        }
        else if (!_program.HasExited)
        {
            _ = send(_program.Pid, signal.Number, signal.Code == Libc.SI_QUEUE ? signal.Value : null); // EPERM: it runs as another user
        }
    }

    private void ForwardKept()
    {
        if (_program is not null && !_keepsSignals)
        {
            foreach (ReceivedSignal signal in _kept.TakeAll())
            {
                Forward(signal);
            }
        }
    }

    private readonly ref struct Held(InitState state)
    {
        public void Dispose() => state._lock.Exit();
    }
}
