using Crik.Diagnostics;
using Crik.Linux;

namespace Crik.Init;

/// <summary>
/// PID 1: the only place that reaps and the only one that forwards signals. One thread, one <c>poll(2)</c>; nothing
/// happens here between two events. Everything that waits in crik waits in <see cref="Wait"/>, so that the duties of an
/// init go on whatever else is being done.
/// </summary>
internal sealed class Supervisor : IDisposable
{
    private readonly SignalGate _gate;
    private readonly Dictionary<int, ChildProcess> _awaited = [];
    private readonly List<ReceivedSignal> _kept = [];
    private readonly List<(int Descriptor, Action IsReadable)> _attended = [];
    private (TimeSpan Interval, Action Look)? _regular;
    private ChildProcess? _program;
    private bool _keepsSignals;

    public Supervisor()
    {
        _gate = SignalGate.Close();
        if (Environment.ProcessId != 1)
        {
            Libc.BecomeSubreaper();
        }
    }

    /// <summary>Where signals go. Those that came before there was a program are handed on when it is set.</summary>
    public ChildProcess? Program
    {
        get => _program;
        set
        {
            _program = value;
            ForwardKept();
        }
    }

    /// <summary>Signals are kept back while criu gets hold of the program: one that reaches a task just then makes the dump fail.</summary>
    public bool KeepsSignals
    {
        get => _keepsSignals;
        set
        {
            _keepsSignals = value;
            ForwardKept();
        }
    }

    /// <summary>SIGTERM is kept for crik to decide on instead of being forwarded.</summary>
    public bool HoldsTermination { get; set; }

    /// <summary>When the first SIGTERM that was held came, in <see cref="Environment.TickCount64"/>, which nobody sets.</summary>
    public long? TerminationRequested { get; private set; }

    /// <summary>A signal that is kept for crik as SIGTERM is; 0 for none.</summary>
    public int CheckpointSignal { get; set; }

    /// <summary>Whether that signal has come and was not dealt with yet.</summary>
    public bool CheckpointRequested { get; set; }

    /// <summary>From now on, whatever crik waits for, this is done when there is something to read from the descriptor. It must not wait.</summary>
    public void Attend(int descriptor, Action isReadable) => _attended.Add((descriptor, isReadable));

    public void Unattend(int descriptor) => _attended.RemoveAll(attended => attended.Descriptor == descriptor);

    /// <summary>From now on, whatever crik waits for, this is done after each event, and when there is none, after this time. It must not wait.</summary>
    /// <param name="look"><see langword="null"/> for no longer.</param>
    public void Regularly(TimeSpan interval, Action? look) => _regular = look is null ? null : (interval, look);

    public ChildProcess Start(ProcessSpec spec) => TryStart(spec, out int errno) ?? throw new LinuxException($"cannot start {spec.Command[0]}", errno);

    public ChildProcess? TryStart(ProcessSpec spec, out int errno)
    {
        if (spec.SurvivesFileSizeLimit)
        {
            Libc.SetIgnored(Signal.SIGXFSZ);
        }

        try
        {
            errno = Libc.Spawn(
                spec.Command, spec.Environment ?? EnvironmentBlock.Current, spec.Descriptors, _gate.Inherited, _gate.ToReset,
                spec.NewSession, spec.NewGroup, out int pid);
            return errno == 0 ? Await(pid) : null;
        }
        finally
        {
            if (spec.SurvivesFileSizeLimit)
            {
                Libc.SetDefaultAction(Signal.SIGXFSZ);
            }
        }
    }

    /// <summary>Waits for a child that something else starts as ours, as criu does with a restored tree.</summary>
    public ChildProcess Await(int pid)
    {
        ChildProcess child = new(pid);
        _awaited[pid] = child;
        return child;
    }

    public void Forget(ChildProcess child) => _awaited.Remove(child.Pid);

    /// <summary>Does an init's work until something is so.</summary>
    /// <param name="until">Looked at after every event.</param>
    /// <param name="deadline">When to stop waiting all the same.</param>
    /// <param name="readable">A descriptor that ends the wait when there is something to read from it; -1 for none.</param>
    /// <returns>Whether <paramref name="until"/> holds or the descriptor is readable, rather than time being up.</returns>
    public bool Wait(Func<bool> until, Deadline deadline, int readable = -1)
    {
        while (true)
        {
            Turn();
            if (until())
            {
                return true;
            }

            if (deadline.HasPassed)
            {
                return false;
            }

            if (Poll(deadline, readable))
            {
                Turn();
                return true;
            }
        }
    }

    /// <summary>Sends a signal to the program as if it had come from outside.</summary>
    public void SendToProgram(int signal) => Forward(new ReceivedSignal(signal, Code: 0, SenderPid: 0, Value: 0));

    /// <summary>Takes signals that crik caused itself, such as SIGHUP for giving up the terminal.</summary>
    public void Discard(int first, int second)
    {
        while (_gate.Next() is { } signal)
        {
            if (signal.Number != first && signal.Number != second)
            {
                Handle(signal);
            }
        }
    }

    public void Dispose() => _gate.Dispose();

    /// <returns>Whether there is something to read from the descriptor that is waited for.</returns>
    private bool Poll(Deadline deadline, int readable)
    {
        (int Descriptor, Action IsReadable)[] attended = [.. _attended];
        Span<Libc.PollEntry> entries = stackalloc Libc.PollEntry[2 + attended.Length];
        entries[0] = new() { Descriptor = _gate.Descriptor, Events = Libc.POLLIN };
        entries[1] = new() { Descriptor = readable, Events = Libc.POLLIN };
        for (int i = 0; i < attended.Length; i++)
        {
            entries[2 + i] = new() { Descriptor = attended[i].Descriptor, Events = Libc.POLLIN };
        }

        Deadline turn = _regular is { } regular && regular.Interval < deadline.Left ? Deadline.In(regular.Interval) : deadline;
        Libc.Poll(entries, turn.PollTimeout);
        for (int i = 0; i < attended.Length; i++)
        {
            if (entries[2 + i].Returned != 0)
            {
                attended[i].IsReadable();
            }
        }

        return entries[1].Returned != 0;
    }

    private void Turn()
    {
        while (_gate.Next() is { } signal)
        {
            Handle(signal);
        }

        Reap();
        _regular?.Look();
    }

    private void Handle(ReceivedSignal signal)
    {
        switch (signal.Number)
        {
            case Signal.SIGCHLD:
                break;
            case Signal.SIGTERM when HoldsTermination:
                TerminationRequested ??= Environment.TickCount64;
                break;
            case int number when number == CheckpointSignal:
                CheckpointRequested = true;
                break;
            default:
                Forward(signal);
                break;
        }
    }

    private void Forward(ReceivedSignal signal)
    {
        if (_program is null || _keepsSignals)
        {
            Keep(signal);
        }
        else if (!_program.HasExited)
        {
            try
            {
                _ = signal.Code == Libc.SI_QUEUE
                    ? Libc.QueueSignal(_program.Pid, signal.Number, signal.Value)
                    : Libc.Kill(_program.Pid, signal.Number);
            }
            catch (LinuxException exception)
            {
                Log.Warning("a signal could not be forwarded", ("signal", Signal.Name(signal.Number)), ("reason", exception.Message)); // EPERM: it runs as another user
            }
        }
    }

    /// <summary>As the kernel keeps those of a process that blocks them: of the ordinary ones, each number once.</summary>
    private void Keep(ReceivedSignal signal)
    {
        if (signal.Number >= Signal.FirstRealTime || !_kept.Exists(kept => kept.Number == signal.Number))
        {
            _kept.Add(signal);
        }
    }

    private void ForwardKept()
    {
        if (_program is not null && !_keepsSignals)
        {
            ReceivedSignal[] kept = [.. _kept];
            _kept.Clear();
            Array.ForEach(kept, Forward);
        }
    }

    private void Reap()
    {
        while (true)
        {
            int pid = Libc.ReapAny(out int status);
            if (pid <= 0)
            {
                return;
            }

            if (_awaited.Remove(pid, out ChildProcess? child))
            {
                child.Exit = ExitStatus.FromWaitStatus(status);
            }
        }
    }
}
