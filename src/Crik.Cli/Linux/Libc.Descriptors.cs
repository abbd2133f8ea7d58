using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>Descriptors themselves: duplicates, locks, waiting, and files that are nowhere on a disk.</summary>
internal static unsafe partial class Libc
{
    internal const short POLLIN = 1;
    internal const short POLLOUT = 4;

    private const int F_GETFD = 1;
    private const int F_GETFL = 3;
    private const int F_GETLEASE = 1025;
    private const int F_DUPFD_CLOEXEC = 1030;
    private const int F_UNLCK = 2;
    private const int LOCK_SH = 1;
    private const int LOCK_EX = 2;
    private const int LOCK_NB = 4;

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FcntlCore(int fd, int command, nint argument);

    [LibraryImport(Library, EntryPoint = "dup3", SetLastError = true)]
    private static partial int Dup3Core(int from, int to, int flags);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    private static partial int FlockCore(int fd, int operation);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    private static partial int PollCore(Span<PollEntry> entries, nuint count, int timeoutMilliseconds);

    [LibraryImport(Library, EntryPoint = "memfd_create", SetLastError = true)]
    private static partial int MemfdCreateCore(byte[] name, uint flags);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventfdCore(uint initial, int flags);

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    internal static bool IsOpen(int descriptor) => FcntlCore(descriptor, F_GETFD, 0) >= 0;

    internal static bool IsReadable(FileDescriptor file) => (FcntlCore(file.Number, F_GETFL, 0) & O_ACCMODE) is O_RDONLY or O_RDWR;

    /// <summary>Whether there is a lease on the open file (F_SETLEASE, fcntl(2)), so that it breaks when somebody opens the file.</summary>
    internal static bool HasLease(FileDescriptor file) => FcntlCore(file.Number, F_GETLEASE, 0) is not (< 0 or F_UNLCK);

    /// <summary>
    /// Duplicates to a number that is above those of the child, because otherwise dup2 could overwrite a descriptor that is still to be
    /// copied. The number is below 64, because the kernel needs a larger table from there on, and in a process with several threads it
    /// waits 5 ms for an RCU grace period then (<c>expand_fdtable</c>, fs/file.c).
    /// </summary>
    internal static FileDescriptor DuplicateForChild(int descriptor) => Duplicate(descriptor, lowest: 24);

    internal static FileDescriptor Duplicate(int descriptor, int lowest) =>
        Opened(FcntlCore(descriptor, F_DUPFD_CLOEXEC, lowest), $"fcntl({descriptor}, F_DUPFD_CLOEXEC)");

    /// <summary>Makes <paramref name="target"/> a close-on-exec duplicate of an open descriptor.</summary>
    internal static void DuplicateTo(FileDescriptor source, int target)
    {
        if (Dup3Core(source.Number, target, O_CLOEXEC) < 0)
        {
            throw Failed($"dup3({source.Number}, {target})");
        }
    }

    /// <summary>Takes the exclusive lock of the open file, without waiting.</summary>
    /// <returns><see langword="false"/> while somebody else holds it.</returns>
    internal static bool TryLock(FileDescriptor file) => TryLock(file, LOCK_EX);

    /// <summary>
    /// Takes a shared lock of the open file, without waiting. NFSv4 gives an exclusive lock only to a file that is open for writing,
    /// and a shared one to a file that is open for reading (nfs4_proc_lock, fs/nfs/nfs4proc.c).
    /// </summary>
    /// <returns><see langword="false"/> while somebody holds the exclusive lock.</returns>
    internal static bool TryLockShared(FileDescriptor file) => TryLock(file, LOCK_SH);

    /// <summary>Waits until one of the entries has something to read.</summary>
    /// <param name="timeoutMilliseconds">-1 waits for ever.</param>
    internal static void Poll(Span<PollEntry> entries, int timeoutMilliseconds)
    {
        if (PollCore(entries, (nuint)entries.Length, timeoutMilliseconds) < 0 && LastErrno() != Errno.EINTR)
        {
            throw Failed("poll");
        }
    }

    /// <summary>Waits until one descriptor has something to read.</summary>
    /// <returns>What poll(2) reports for it; 0 when there was nothing.</returns>
    internal static short PollForReading(FileDescriptor descriptor, int timeoutMilliseconds = 0)
    {
        Span<PollEntry> entry = [new() { Descriptor = descriptor.Number, Events = POLLIN }];
        Poll(entry, timeoutMilliseconds);
        return entry[0].Returned;
    }

    /// <summary>Makes a file that is only in memory.</summary>
    internal static FileDescriptor MakeMemoryFile(string name, ReadOnlySpan<byte> contents)
    {
        const uint MFD_CLOEXEC = 1;
        FileDescriptor file = Opened(MemfdCreateCore(Zeroed(name), MFD_CLOEXEC), "memfd_create");
        Write(file, contents, $"{name} in memory");
        return file;
    }

    internal static FileDescriptor MakeEventDescriptor() => Opened(EventfdCore(0, O_CLOEXEC), "eventfd");

    private static bool TryLock(FileDescriptor file, int kind) =>
        FlockCore(file.Number, kind | LOCK_NB) == 0 || (LastErrno() is Errno.EAGAIN or Errno.EACCES ? false : throw Failed("flock"));
}
