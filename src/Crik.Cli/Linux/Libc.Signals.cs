using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>A set of signals; bit N-1 stands for signal N, as in the kernel's <c>sigset_t</c>.</summary>
internal readonly record struct SignalSet(ulong Bits)
{
    public static SignalSet Empty => new(0);

    /// <summary>All signals that can be blocked. 32 and 33 belong to the C library's threads.</summary>
    public static SignalSet All => new(~0UL & ~Bit(32) & ~Bit(33));

    public static SignalSet Of(params ReadOnlySpan<int> signals)
    {
        ulong bits = 0;
        foreach (int signal in signals)
        {
            bits |= Bit(signal);
        }

        return new SignalSet(bits);
    }

    public bool Has(int signal) => (Bits & Bit(signal)) != 0;

    public SignalSet Except(ulong bits) => new(Bits & ~bits);

    private static ulong Bit(int signal) => 1UL << (signal - 1);
}

/// <summary>One signal as <c>signalfd(2)</c> reports it.</summary>
/// <param name="Code">How it was sent: SI_USER 0, SI_QUEUE -1, SI_TKILL -6, SI_KERNEL 128.</param>
/// <param name="Value">The value that came with <c>sigqueue(3)</c>.</param>
internal readonly record struct ReceivedSignal(int Number, int Code, int SenderPid, ulong Value);

internal static unsafe partial class Libc
{
    /// <summary>sizeof(sigset_t) in glibc; the kernel reads its first 8 bytes.</summary>
    internal const int SignalSetBytes = 128;

    private const int SIG_SETMASK = 2;
    private const int SignalInfoBytes = 128;
    internal const int SI_QUEUE = -1;
    internal const int SI_TKILL = -6;

    [LibraryImport(Library, EntryPoint = "pthread_sigmask")]
    private static partial int PthreadSigmaskCore(int how, void* set, void* oldSet);

    [LibraryImport(Library, EntryPoint = "signalfd", SetLastError = true)]
    private static partial int SignalfdCore(int fd, void* mask, int flags);

    [LibraryImport(Library, EntryPoint = "signal")]
    private static partial nint SignalCore(int signal, nint handler);

    [LibraryImport(Library, EntryPoint = "sigqueue", SetLastError = true)]
    private static partial int SigqueueCore(int pid, int signal, ulong value);

#if CRIK_NATIVE
    [LibraryImport("first-process", EntryPoint = "crik_first_process")]
    private static partial int FirstProcessCore(void* mask);
#endif

    /// <summary>Sets the calling thread's mask.</summary>
    /// <returns>The mask before.</returns>
    internal static SignalSet SetSignalMask(SignalSet mask)
    {
        byte* now = stackalloc byte[SignalSetBytes];
        byte* before = stackalloc byte[SignalSetBytes];
        Fill(now, mask);
        int error = PthreadSigmaskCore(SIG_SETMASK, now, before);
        return error == 0 ? new SignalSet(*(ulong*)before) : throw new LinuxException("pthread_sigmask", error);
    }

    /// <summary>
    /// The mask that this process was started with, if it is a container's first process. Then all its threads block all signals since before
    /// the runtime started (Native/Linked/first-process.c).
    /// </summary>
    internal static SignalSet? MaskOfFirstProcess()
    {
#if CRIK_NATIVE
        byte* mask = stackalloc byte[SignalSetBytes];
        return FirstProcessCore(mask) != 0 ? new SignalSet(*(ulong*)mask) : null;
#else
        return null;
#endif
    }

    internal static void SetDefaultAction(int signal) => SignalCore(signal, 0);

    internal static void SetIgnored(int signal) => SignalCore(signal, 1);

    internal static FileDescriptor OpenSignalDescriptor(SignalSet signals)
    {
        byte* mask = stackalloc byte[SignalSetBytes];
        Fill(mask, signals);
        return Opened(SignalfdCore(-1, mask, O_CLOEXEC | O_NONBLOCK), "signalfd");
    }

    /// <returns><see langword="null"/> when no signal is waiting.</returns>
    internal static ReceivedSignal? ReadSignal(FileDescriptor signals)
    {
        // struct signalfd_siginfo: ssi_signo at 0, ssi_code at 8, ssi_pid at 12, ssi_ptr at 48 (signalfd(2)).
        byte* info = stackalloc byte[SignalInfoBytes];
        long count = TryRead(signals, new Span<byte>(info, SignalInfoBytes));
        return count == SignalInfoBytes
            ? new ReceivedSignal(*(int*)info, *(int*)(info + 8), *(int*)(info + 12), *(ulong*)(info + 48))
            : null;
    }

    internal static void Fill(byte* native, SignalSet set)
    {
        new Span<byte>(native, SignalSetBytes).Clear();
        *(ulong*)native = set.Bits;
    }
}
