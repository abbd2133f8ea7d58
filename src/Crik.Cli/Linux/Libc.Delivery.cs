using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>Calls for threads that must neither throw nor wait: signals, wake-ups and writes that give up instead of blocking.</summary>
internal static unsafe partial class Libc
{
    private const int MSG_DONTWAIT = 0x40;
    private const int RWF_NOWAIT = 0x8;
    private const int EFD_NONBLOCK = 0x800;

    [LibraryImport(Library, EntryPoint = "pwritev2", SetLastError = true)]
    private static partial nint Pwritev2Core(int fd, void* vector, int count, long offset, int flags);

    /// <summary>Sends a signal and reports failure instead of throwing.</summary>
    /// <param name="pid">A process, or a negative process group as in <c>kill(2)</c>.</param>
    /// <param name="value">The value of <c>sigqueue(3)</c>; <see langword="null"/> sends a plain signal.</param>
    /// <returns>0, or the errno: ESRCH when the process is gone, EPERM when it runs as another user.</returns>
    internal static int SendSignal(int pid, int signal, ulong? value = null) =>
        ErrnoOf(value is { } with ? SigqueueCore(pid, signal, with) : KillCore(pid, signal));

    /// <summary>Makes an event descriptor (<c>eventfd(2)</c>) whose reads and writes never wait.</summary>
    internal static FileDescriptor MakeWakeUp() => Opened(EventfdCore(0, EFD_NONBLOCK | O_CLOEXEC), "eventfd");

    internal static void Wake(FileDescriptor wakeUp)
    {
        ulong one = 1;
        _ = WriteCore(wakeUp.Number, new ReadOnlySpan<byte>(&one, sizeof(ulong)), sizeof(ulong)); // EAGAIN: it is already awake
    }

    internal static void TakeWakeUp(FileDescriptor wakeUp)
    {
        ulong count = 0;
        _ = TryRead(wakeUp, new Span<byte>(&count, sizeof(ulong)));
    }

    /// <summary>Writes to a descriptor whose open file description does not block (O_NONBLOCK).</summary>
    /// <returns>The number of bytes written, or a negative errno.</returns>
    internal static nint WriteOnce(int descriptor, ReadOnlySpan<byte> bytes) => CountOrErrno(WriteCore(descriptor, bytes, bytes.Length));

    /// <summary>Writes to a socket without waiting.</summary>
    /// <returns>The number of bytes written, or a negative errno.</returns>
    internal static nint SendOnce(int socket, ReadOnlySpan<byte> bytes) =>
        CountOrErrno(SendCore(socket, bytes, bytes.Length, MSG_DONTWAIT | MSG_NOSIGNAL));

    /// <summary>Writes to a pipe without waiting, although its open file description blocks (<c>pwritev2(2)</c>, Linux 6.4 for pipes).</summary>
    /// <returns>The number of bytes written, or a negative errno: EOPNOTSUPP where the kernel cannot.</returns>
    internal static nint WriteWithoutWaiting(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            nint* vector = stackalloc nint[2] { (nint)first, bytes.Length };
            return CountOrErrno(Pwritev2Core(descriptor, vector, 1, -1, RWF_NOWAIT));
        }
    }

    /// <summary>Whether a write of at most PIPE_BUF bytes to this pipe would find room now.</summary>
    /// <param name="atMost">How long to wait for room.</param>
    internal static bool HasRoom(int pipe, TimeSpan atMost = default)
    {
        Span<PollEntry> entries = [new() { Descriptor = pipe, Events = POLLOUT }];
        Poll(entries, (int)atMost.TotalMilliseconds);
        return entries[0].Returned != 0;
    }
}
