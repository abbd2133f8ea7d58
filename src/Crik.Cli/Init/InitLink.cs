using Crik.Diagnostics;

namespace Crik.Init;

/// <summary>
/// The run's end of the init. Processes are started here and not by the init itself: posix_spawn(3) suspends the thread that calls it until
/// the new program is loaded, and that program may be on a volume that hangs.
/// </summary>
internal sealed class InitLink(InitState state, SignalGate gate, CurrentGrace grace, FileDescriptor wakeInit, FileDescriptor wakeRun) : IInit
{
    private static readonly TimeSpan s_turn = TimeSpan.FromSeconds(1);
    private long _turns;

    /// <summary>Set when the init's own thread uses this link, which therefore cannot wait for a turn of the init.</summary>
    public Action? ReadSignalsHere { private get; set; }

    public InitState State => state;

    public ChildProcess? Program
    {
        get => state.Program;
        set
        {
            state.SetProgram(value);
            Libc.Wake(wakeInit);
        }
    }

    public ChildProcess? TryStart(ProcessSpec spec, out int errno)
    {
        ChildProcess? started = null;
        state.BeginStart();
        if (spec.SurvivesFileSizeLimit)
        {
            Libc.SetIgnored(Signal.SIGXFSZ);
        }

        try
        {
            IReadOnlyList<string> environment = spec.Environment ?? EnvironmentBlock.Current;
            errno = spec.IsOfferedToOomKiller
                ? Libc.SpawnOffered(spec.Command, environment, spec.Descriptors, gate.Inherited, gate.ToReset, out int pid)
                : Libc.Spawn(spec.Command, environment, spec.Descriptors, gate.Inherited, gate.ToReset, spec.NewSession, spec.NewGroup, out pid);
            started = errno == 0 ? new ChildProcess(pid) : null;
            return started;
        }
        finally
        {
            if (spec.SurvivesFileSizeLimit)
            {
                Libc.SetDefaultAction(Signal.SIGXFSZ);
            }

            state.EndStart(started);
        }
    }

    public ChildProcess Await(int pid)
    {
        ChildProcess child = new(pid);
        state.Await(child);
        return child;
    }

    public bool Wait(Func<bool> until, Deadline deadline, int readable = -1, int alsoReadable = -1)
    {
        Span<Libc.PollEntry> entries = stackalloc Libc.PollEntry[3];
        while (!until())
        {
            if (deadline.HasPassed)
            {
                return false;
            }

            entries[0] = new() { Descriptor = wakeRun.Number, Events = Libc.POLLIN };
            entries[1] = new() { Descriptor = readable, Events = Libc.POLLIN };
            entries[2] = new() { Descriptor = alsoReadable, Events = Libc.POLLIN };
            Libc.Poll(entries, deadline.PollTimeout);
            if (entries[0].Returned != 0)
            {
                Libc.TakeWakeUp(wakeRun);
            }

            if (entries[1].Returned != 0 || entries[2].Returned != 0)
            {
                return true;
            }
        }

        return true;
    }

    public void SetGracePeriod(TimeSpan period, bool byRun = false)
    {
        if (grace.Set(period, byRun, state.TerminatedAt is not null))
        {
            Libc.Wake(wakeInit);
        }
    }

    public void Terminate()
    {
        state.Terminate(byRun: true);
        Libc.Wake(wakeInit);
    }

    public void Discarding(SignalSet signals, Action action)
    {
        state.Discard(signals);
        action();
        if (ReadSignalsHere is { } read)
        {
            read();
        }
        else
        {
            long turns = Volatile.Read(ref _turns); // the init has read every signal once it has finished a turn that began after the action
            Libc.Wake(wakeInit);
            Wait(() => Volatile.Read(ref _turns) >= turns + 2, Deadline.In(s_turn));
        }

        state.Discard(SignalSet.Empty);
    }

    public bool TryHoldProgram(ChildProcess criu, Deadline atMost)
    {
        bool mayHold = state.TryBeginSave(criu, atMost.AtMilliseconds);
        Libc.Wake(wakeInit);
        return mayHold;
    }

    public void ReportFailure(Exception failure)
    {
        state.NoteFailure();
        Libc.Wake(wakeInit); // first: the log may be slow
        if (state.Program is { } program)
        {
            Log.Error(Event.CrikFailed,
                $"crik itself failed, which is a bug; it goes on as a plain init for the program (pid {program.Pid}), and makes no more checkpoints: {failure}");
        }
    }

    /// <summary>Called by the init at the end of each turn of its loop.</summary>
    public void NoteTurn(bool hasNews)
    {
        Volatile.Write(ref _turns, _turns + 1);
        if (hasNews)
        {
            Libc.Wake(wakeRun);
        }
    }
}
