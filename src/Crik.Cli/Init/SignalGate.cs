using Crik.Linux;

namespace Crik.Init;

/// <summary>
/// All signals, blocked in every thread of crik and read from one descriptor. Blocking them is what makes a handler
/// unnecessary, and with it the .NET signal machinery, which as PID 1 would reap the children itself.
/// </summary>
internal sealed class SignalGate : IDisposable
{
    private readonly FileDescriptor _signals;

    private SignalGate(FileDescriptor signals, SignalSet inherited)
    {
        _signals = signals;
        Inherited = inherited;
    }

    /// <summary>The mask that crik was started with, and that its program gets.</summary>
    public SignalSet Inherited { get; }

    /// <summary>
    /// What the program gets with its default action although crik has it otherwise: SIGPIPE, which the runtime ignores, and
    /// 32 and 33, which posix_spawn would ignore for the C library, unless they were ignored before.
    /// </summary>
    public SignalSet ToReset { get; } = SignalSet.Of(Signal.SIGPIPE, 32, 33).Except(ProcFs.IgnoredSignals() & SignalSet.Of(32, 33).Bits);

    public int Descriptor => _signals.Number;

    public static SignalGate Close()
    {
        SignalSet inherited = Libc.SetSignalMask(SignalSet.All);
        BlockInFinalizerThread();
        return new SignalGate(Libc.OpenSignalDescriptor(SignalSet.All), inherited);
    }

    /// <returns><see langword="null"/> when none is waiting.</returns>
    public ReceivedSignal? Next()
    {
        while (Libc.ReadSignal(_signals) is { } signal)
        {
            // The runtime's own thread-directed signals (SIGRTMIN, to stop a thread for a collection) are not ours to forward.
            if (signal.Code != Libc.SI_TKILL || signal.SenderPid != Environment.ProcessId)
            {
                return signal;
            }
        }

        return null;
    }

    public void Dispose() => _signals.Dispose();

    /// <summary>
    /// The runtime's finalizer thread is older than <c>Main</c> and would take every signal with its default action.
    /// Code runs on it only as a finalizer.
    /// </summary>
    private static void BlockInFinalizerThread()
    {
        Abandon();
        GC.Collect(generation: 0, GCCollectionMode.Forced, blocking: true, compacting: false); // what was just made is in there
        GC.WaitForPendingFinalizers();

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Abandon() => _ = new MaskOnFinalize();
    }

    private sealed class MaskOnFinalize
    {
        ~MaskOnFinalize() => Libc.SetSignalMask(SignalSet.All);
    }
}
