using System.Runtime.ExceptionServices;

namespace Crik.Init;

/// <summary>
/// The init of the container: it reads signals, reaps children and keeps the clock of the grace period. It runs on crik's first thread and
/// waits only in its one poll(2). Everything that may block belongs to the run, which has its own thread. When the run fails or does not
/// finish in time, the init goes on without it.
/// </summary>
internal sealed class InitLoop : IDisposable
{
    private const int RunStackBytes = 1 << 20;

    /// <summary>How long the run may take, after the program ended without a SIGTERM, before crik ends without it.</summary>
    private static readonly TimeSpan s_patienceAfterEnd = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_graceOfTools = TimeSpan.FromSeconds(10);

    private readonly SignalGate _gate = SignalGate.Close();
    private readonly FileDescriptor _wake = Libc.MakeWakeUp();
    private readonly FileDescriptor _wakeRun = Libc.MakeWakeUp();
    private readonly InitState _state;
    private readonly InitLink _link;
    private readonly ProgramGuard _guard;
    private RunEnding? _ending;
    private ExceptionDispatchInfo? _failure;
    private bool _isTool;

    /// <param name="longestHook">The run may take this much longer after the program's end.</param>
    public InitLoop(TimeSpan gracePeriod, int checkpointSignal, TimeSpan longestHook)
    {
        _state = new InitState(checkpointSignal, Libc.SendSignal);
        CurrentGrace grace = new(gracePeriod);
        _guard = new ProgramGuard(_state, grace, new InitDecision(s_patienceAfterEnd + longestHook));
        _link = new InitLink(_state, _gate, grace, _wake, _wakeRun);
        if (Environment.ProcessId != 1)
        {
            Libc.BecomeSubreaper();
        }
    }

    /// <summary>Acts as an init for a program and does nothing else: it forwards signals to the program and ends with it.</summary>
    public ExitStatus RunPlainly(Func<IInit, ChildProcess> start)
    {
        _guard.IsAlone = true;
        _state.ForwardTermination();
        _link.ReadSignalsHere = () => TakeSignals();
        _link.Program = start(_link);
        return ((RunEnding.Ended)Loop()).Exit;
    }

    /// <summary>Starts a run on a new thread, and acts as the init on this one.</summary>
    /// <exception cref="Exception">What the run threw when no program ran.</exception>
    public RunEnding Run(Func<IInit, RunEnding> run)
    {
        _guard.HasRun = true;
        try
        {
            NamedThread.Make("run", RunStackBytes, () => Execute(run)).Start();
        }
        catch (OutOfMemoryException)
        {
            throw new NoThreadException("crik cannot start its second thread: raise the limit of processes (pids.max) or of memory of the container");
        }

        return Loop();
    }

    /// <summary>Does the work of a command for people, which starts processes but runs no program. A signal such as SIGTERM cancels it.</summary>
    /// <exception cref="OperationCanceledException">It did not end in time after such a signal.</exception>
    public static T RunTool<T>(Func<IInit, T> tool)
    {
        using InitLoop init = new(s_graceOfTools, checkpointSignal: 0, TimeSpan.Zero) { _isTool = true };
        (bool IsDone, T? Result) answer = default;
        init.Run(link =>
        {
            answer = (true, tool(link));
            return new RunEnding.Interrupted();
        });
        return answer.IsDone ? answer.Result! : throw new OperationCanceledException("a signal ended the command");
    }

    public void Dispose()
    {
        _gate.Dispose();
        _wake.Dispose();
        _wakeRun.Dispose();
    }

    private void Execute(Func<IInit, RunEnding> run)
    {
        if (BackgroundWork.Catch(() => _ending = run(_link)) is { } failure)
        {
            Volatile.Write(ref _failure, ExceptionDispatchInfo.Capture(failure));
            _ = BackgroundWork.Catch(() => _link.ReportFailure(failure));
            _guard.IsAlone = true;
            Libc.Wake(_wake);
            Thread.Sleep(System.Threading.Timeout.Infinite); // the program's parent is this thread, and its end could be a signal to the program (PR_SET_PDEATHSIG)
        }

        Libc.Wake(_wake);
    }

    private sealed class NoThreadException(string message) : CrikException(message);

    private RunEnding Loop()
    {
        Span<Libc.PollEntry> entries = stackalloc Libc.PollEntry[2];
        while (true)
        {
            bool hasNews = TakeSignals() | Reap();
            long now = Environment.TickCount64;
            if (_state.Program is null)
            {
                Volatile.Read(ref _failure)?.Throw();
            }

            RunEnding? ending = Volatile.Read(ref _ending) ?? _guard.End(now) switch
            {
                EndWithoutRun.Ended => new RunEnding.Ended(_state.Program!.Exit!.Value),
                EndWithoutRun.Checkpointed => new RunEnding.Checkpointed(),
                EndWithoutRun.Interrupted => new RunEnding.Interrupted(),
                _ => null,
            };
            if (ending is not null)
            {
                return ending;
            }

            hasNews |= _guard.Act(now);
            _link.NoteTurn(hasNews);
            entries[0] = new() { Descriptor = _gate.Descriptor, Events = Libc.POLLIN };
            entries[1] = new() { Descriptor = _wake.Number, Events = Libc.POLLIN };
            Libc.Poll(entries, _guard.Timeout(now));
            if (entries[1].Returned != 0)
            {
                Libc.TakeWakeUp(_wake);
            }
        }
    }

    private bool TakeSignals()
    {
        bool any = false;
        while (_gate.Next() is { } signal)
        {
            bool endsTool = _isTool && signal.Number is (Signal.SIGINT or Signal.SIGHUP or Signal.SIGQUIT);
            _state.Receive(endsTool ? signal with { Number = Signal.SIGTERM } : signal, Environment.TickCount64);
            any = true;
        }

        return any;
    }

    private bool Reap()
    {
        bool any = false;
        while (Libc.ReapAny(out int status) is var pid and > 0)
        {
            any |= _state.NoteEnd(pid, status);
        }

        return any;
    }
}
