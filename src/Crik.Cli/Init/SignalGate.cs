namespace Crik.Init;

/// <summary>
/// Blocks all signals in every thread of crik and reads them from one descriptor. So crik needs no signal handlers, and it can leave out
/// .NET's signal handling, which in PID 1 would reap crik's children itself.
/// </summary>
internal sealed class SignalGate(FileDescriptor signals, SignalSet inherited) : IDisposable
{
    /// <summary>The signal mask that crik was started with. The program gets the same mask.</summary>
    public SignalSet Inherited => inherited;

    /// <summary>
    /// The signals that the program gets with their default action. The .NET runtime ignores SIGPIPE. posix_spawn would ignore 32 and 33
    /// for the C library; they stay ignored only if they were ignored when crik started.
    /// </summary>
    public SignalSet ToReset { get; } = SignalSet.Of(Signal.SIGPIPE, 32, 33).Except(ProcFs.IgnoredSignals() & SignalSet.Of(32, 33).Bits);

    public int Descriptor => signals.Number;

    public static SignalGate Close()
    {
        // Also in a first process: the runtime unblocks SIGRTMIN, which it handles itself, in each of its threads.
        SignalSet before = BlockInAllThreads();
        return new SignalGate(Libc.OpenSignalDescriptor(SignalSet.All), Libc.MaskOfFirstProcess() ?? before);
    }

    /// <returns><see langword="null"/> when no signal is pending.</returns>
    public ReceivedSignal? Next()
    {
        while (Libc.ReadSignal(signals) is { } signal)
        {
            // The runtime sends signals to its own threads (SIGRTMIN, to stop a thread for a collection). crik must not forward these.
            if (signal.Code != Libc.SI_TKILL || signal.SenderPid != Environment.ProcessId)
            {
                return signal;
            }
        }

        return null;
    }

    public void Dispose() => signals.Dispose();

    private static SignalSet BlockInAllThreads()
    {
        BlockInFinalizerThread();
        return Libc.SetSignalMask(SignalSet.All);
    }

    /// <summary>
    /// The runtime starts its finalizer thread before <c>Main</c>, so that thread would take every signal with its default action.
    /// Only a finalizer can run code on it and block the signals there.
    /// </summary>
    private static void BlockInFinalizerThread()
    {
        Abandon();
        GC.Collect(generation: 0, GCCollectionMode.Forced, blocking: true, compacting: false); // the object that was just made is in generation 0
        GC.WaitForPendingFinalizers();

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Abandon() => _ = new MaskOnFinalize();
    }

    private sealed class MaskOnFinalize
    {
        ~MaskOnFinalize() => Libc.SetSignalMask(SignalSet.All);
    }
}
