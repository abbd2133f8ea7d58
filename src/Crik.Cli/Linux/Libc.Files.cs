using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>Which file a descriptor or a path leads to.</summary>
/// <param name="Mode">Type and permissions, as in <c>st_mode</c>.</param>
internal readonly record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode, uint Mode, ulong RawDevice, long Size)
{
    private const uint S_IFMT = 0xF000;

    public bool IsDirectory => (Mode & S_IFMT) == 0x4000;

    public bool IsRegular => (Mode & S_IFMT) == 0x8000;

    public bool IsLink => (Mode & S_IFMT) == 0xA000;

    public bool IsPipe => (Mode & S_IFMT) == 0x1000;

    public bool IsCharacterDevice => (Mode & S_IFMT) == 0x2000;

    public bool IsSocket => (Mode & S_IFMT) == 0xC000;
}

internal static unsafe partial class Libc
{
    internal const int O_RDONLY = 0;
    internal const int O_WRONLY = 1;
    internal const int O_RDWR = 2;
    internal const int O_CREAT = 0x40;
    internal const int O_TRUNC = 0x200;
    internal const int O_APPEND = 0x400;
    internal const int O_CLOEXEC = 0x80000;
    internal const int O_NOCTTY = 0x100;

    private const int F_GETFD = 1;
    private const int F_SETFD = 2;
    private const int F_DUPFD_CLOEXEC = 1030;
    private const int FD_CLOEXEC = 1;
    private const int LOCK_EX = 2;
    private const int LOCK_NB = 4;
    private const int AT_FDCWD = -100;
    private const int AT_EMPTY_PATH = 0x1000;
    private const int AT_SYMLINK_NOFOLLOW = 0x100;
    private const uint STATX_BASIC_STATS = 0x7ff;
    private const int AF_UNIX = 1;
    private const int SOCK_SEQPACKET = 5;
    private const int SOCK_CLOEXEC = 0x80000;
    private const int EFD_CLOEXEC = 0x80000;
    private const nuint TIOCSCTTY = 0x540E;
    private const nuint TIOCNOTTY = 0x5422;

    internal static int O_DIRECTORY => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    internal static int O_NOFOLLOW => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenCore(string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    private static partial int CloseCore(int fd);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadCore(int fd, byte* buffer, nint count);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteCore(int fd, byte* buffer, nint count);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FcntlCore(int fd, int command, nint argument);

    [LibraryImport(Library, EntryPoint = "dup3", SetLastError = true)]
    private static partial int Dup3Core(int from, int to, int flags);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    private static partial int FlockCore(int fd, int operation);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int FtruncateCore(int fd, long length);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    private static partial int FsyncCore(int fd);

    [LibraryImport(Library, EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncfsCore(int fd);

    [LibraryImport(Library, EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameCore(string from, string to);

    [LibraryImport(Library, EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkdirCore(string path, uint mode);

    [LibraryImport(Library, EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChmodCore(string path, uint mode);

    [LibraryImport(Library, EntryPoint = "symlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SymlinkCore(string target, string path);

    [LibraryImport(Library, EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreateCore(string name, uint flags);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatxCore(int directory, string path, int flags, uint mask, byte* result);

    [LibraryImport(Library, EntryPoint = "statfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatfsCore(string path, ulong* result);

    [LibraryImport(Library, EntryPoint = "statvfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatvfsCore(string path, ulong* result);

    [LibraryImport(Library, EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AccessCore(string path, int mode);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    private static partial int PollCore(PollEntry* entries, nuint count, int timeoutMilliseconds);

    [LibraryImport(Library, EntryPoint = "shutdown", SetLastError = true)]
    private static partial int ShutdownCore(int socket, int how);

    [LibraryImport(Library, EntryPoint = "socketpair", SetLastError = true)]
    private static partial int SocketpairCore(int domain, int type, int protocol, int* pair);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    private static partial nint RecvCore(int fd, byte* buffer, nint count, int flags);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventfdCore(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "isatty", SetLastError = true)]
    private static partial int IsattyCore(int fd);

    [LibraryImport(Library, EntryPoint = "tcsetpgrp", SetLastError = true)]
    private static partial int TcsetpgrpCore(int fd, int group);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoctlCore(int fd, nuint request, nint argument);

    [LibraryImport(Library, EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int InotifyAddWatchCore(int fd, string path, uint mask);

    [LibraryImport(Library, EntryPoint = "inotify_rm_watch", SetLastError = true)]
    private static partial int InotifyRemoveWatchCore(int fd, int watch);

    [LibraryImport(Library, EntryPoint = "getxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetxattrCore(string path, string name, byte* value, nint size);

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    internal const short POLLIN = 1;

    /// <exception cref="LinuxException">With the errno of <c>open(2)</c>.</exception>
    internal static FileDescriptor Open(string path, int flags, uint mode = 0) =>
        TryOpen(path, flags, mode, out int errno) ?? throw new LinuxException($"cannot open {path}", errno);

    /// <summary>A new file to write, in the place of what has its name: a link there would lead elsewhere, and a FIFO be waited for.</summary>
    internal static FileDescriptor Create(string path, uint mode)
    {
        if (UnlinkCore(path) != 0 && LastErrno() is var errno && errno != Errno.ENOENT)
        {
            throw new LinuxException($"cannot replace {path}", errno);
        }

        return Open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    }

    internal static FileDescriptor? TryOpen(string path, int flags, uint mode, out int errno)
    {
        while (true)
        {
            int fd = OpenCore(path, flags | O_CLOEXEC, mode);
            errno = fd >= 0 ? 0 : LastErrno();
            if (errno != Errno.EINTR)
            {
                return fd >= 0 ? new FileDescriptor(fd) : null;
            }
        }
    }

    internal static bool CloseNumber(int fd) => CloseCore(fd) == 0;

    /// <returns>Bytes read, 0 at the end, -1 when nothing is there yet (EAGAIN).</returns>
    internal static long TryRead(FileDescriptor file, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                nint count = ReadCore(file.Number, start, buffer.Length);
                if (count >= 0)
                {
                    return count;
                }

                switch (LastErrno())
                {
                    case Errno.EINTR:
                        continue;
                    case Errno.EAGAIN:
                        return -1;
                    default:
                        throw Failed("read");
                }
            }
        }
    }

    /// <summary>All of a small file, in as few calls as it takes; the files under <c>/proc</c> have no size to go by.</summary>
    internal static ReadOnlySpan<byte> ReadToEnd(string path)
    {
        using FileDescriptor file = Open(path, O_RDONLY);
        byte[] bytes = new byte[4096];
        int length = 0;
        while (TryRead(file, bytes.AsSpan(length)) is > 0 and long count)
        {
            length += (int)count;
            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, 4 * length);
            }
        }

        return bytes.AsSpan(0, length);
    }

    /// <summary>Writes what it can in one call per rest; a log line is therefore one write. Errors are the caller's answer.</summary>
    /// <returns>0, or the errno.</returns>
    internal static int TryWrite(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint done = 0;
            while (done < bytes.Length)
            {
                nint count = WriteCore(descriptor, start + done, bytes.Length - done);
                if (count >= 0)
                {
                    done += count;
                }
                else if (LastErrno() != Errno.EINTR)
                {
                    return LastErrno();
                }
            }

            return 0;
        }
    }

    internal static void Write(FileDescriptor file, ReadOnlySpan<byte> bytes, string what)
    {
        int errno = TryWrite(file.Number, bytes);
        if (errno != 0)
        {
            throw new LinuxException($"cannot write {what}", errno);
        }
    }

    internal static void Empty(FileDescriptor file, string what)
    {
        if (FtruncateCore(file.Number, 0) != 0)
        {
            throw Failed($"cannot empty {what}");
        }
    }

    internal static bool IsOpen(int descriptor) => FcntlCore(descriptor, F_GETFD, 0) >= 0;

    /// <summary>
    /// To a number above those that a child is given (dup2 targets may be sources of others), and below 64: a table with more is made anew, and
    /// in a program of several threads the kernel waits for an RCU grace period then, 5 ms (<c>expand_fdtable</c>, fs/file.c).
    /// </summary>
    internal static FileDescriptor DuplicateForChild(int descriptor) => Duplicate(descriptor, lowest: 24);

    internal static FileDescriptor Duplicate(int descriptor, int lowest)
    {
        int fd = FcntlCore(descriptor, F_DUPFD_CLOEXEC, lowest);
        return fd >= 0 ? new FileDescriptor(fd) : throw Failed($"fcntl({descriptor}, F_DUPFD_CLOEXEC)");
    }

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
    internal static bool TryLock(FileDescriptor file)
    {
        if (FlockCore(file.Number, LOCK_EX | LOCK_NB) == 0)
        {
            return true;
        }

        return LastErrno() is Errno.EAGAIN or Errno.EACCES ? false : throw Failed("flock");
    }

    internal static void Sync(FileDescriptor file, string what)
    {
        if (FsyncCore(file.Number) != 0)
        {
            throw Failed($"cannot sync {what}");
        }
    }

    /// <summary>Writes the whole file system of that directory to its disk. Since 5.8 write-back errors are reported here.</summary>
    internal static void SyncFileSystem(FileDescriptor directory, string what)
    {
        if (SyncfsCore(directory.Number) != 0)
        {
            throw Failed($"cannot sync the file system of {what}");
        }
    }

    internal static void SyncDirectory(string path)
    {
        using FileDescriptor directory = Open(path, O_RDONLY | O_DIRECTORY);
        Sync(directory, path);
    }

    internal static void Rename(string from, string to)
    {
        if (RenameCore(from, to) != 0)
        {
            throw Failed($"cannot rename {from} to {to}");
        }
    }

    /// <returns><see langword="false"/> when it is already there.</returns>
    internal static bool MakeDirectory(string path, uint mode)
    {
        if (MkdirCore(path, mode) == 0)
        {
            return true;
        }

        return LastErrno() == Errno.EEXIST ? false : throw Failed($"cannot make the directory {path}");
    }

    internal static void SetMode(string path, uint mode)
    {
        if (ChmodCore(path, mode) != 0)
        {
            throw Failed($"cannot set the mode of {path}");
        }
    }

    internal static void MakeSymlink(string target, string path)
    {
        if (SymlinkCore(target, path) != 0)
        {
            throw Failed($"cannot make the link {path}");
        }
    }

    internal static FileIdentity? Identify(string path, bool followLinks) =>
        Statx(AT_FDCWD, path, followLinks ? 0 : AT_SYMLINK_NOFOLLOW);

    internal static FileIdentity? Identify(int descriptor) => Statx(descriptor, string.Empty, AT_EMPTY_PATH);

    /// <returns>Bytes an ordinary user may still write there.</returns>
    internal static long FreeBytes(string path)
    {
        // struct statvfs on 64 bit: f_bsize, f_frsize, f_blocks, f_bfree, f_bavail (statvfs(3)).
        ulong* result = stackalloc ulong[32];
        return StatvfsCore(path, result) == 0 ? (long)(result[4] * result[1]) : throw Failed($"statvfs({path})");
    }

    internal static bool IsOnFuse(string path)
    {
        const ulong FUSE_SUPER_MAGIC = 0x65735546;
        ulong* result = stackalloc ulong[32]; // struct statfs begins with f_type (statfs(2))
        return StatfsCore(path, result) == 0 && result[0] == FUSE_SUPER_MAGIC;
    }

    /// <returns>0, or the errno: EACCES, EROFS, ENOENT…</returns>
    internal static int CheckWritable(string path) => AccessCore(path, 2 /* W_OK */) == 0 ? 0 : LastErrno();

    /// <summary>For a file that could not be looked at: it may be there, on a disk that fails.</summary>
    internal static void ThrowOnTrouble(string path)
    {
        if (AccessCore(path, 0 /* F_OK */) != 0 && Errno.IsTrouble(LastErrno()))
        {
            throw Failed($"access({path})");
        }
    }

    internal static bool IsMissing(string path) => AccessCore(path, 0 /* F_OK */) != 0 && LastErrno() == Errno.ENOENT;

    internal static bool IsExecutable(string path) => AccessCore(path, 1 /* X_OK */) == 0;

    /// <summary>Waits until one of the entries has something to read.</summary>
    /// <param name="timeoutMilliseconds">-1 waits for ever.</param>
    internal static void Poll(Span<PollEntry> entries, int timeoutMilliseconds)
    {
        fixed (PollEntry* start = entries)
        {
            if (PollCore(start, (nuint)entries.Length, timeoutMilliseconds) < 0 && LastErrno() != Errno.EINTR)
            {
                throw Failed("poll");
            }
        }
    }

    /// <summary>The same for one descriptor.</summary>
    /// <returns>What poll(2) says of it; 0 when there was nothing.</returns>
    internal static short PollForReading(FileDescriptor descriptor, int timeoutMilliseconds = 0)
    {
        Span<PollEntry> entry = [new() { Descriptor = descriptor.Number, Events = POLLIN }];
        Poll(entry, timeoutMilliseconds);
        return entry[0].Returned;
    }

    internal static (FileDescriptor Ours, FileDescriptor Theirs) MakeSocketPair()
    {
        int* pair = stackalloc int[2];
        return SocketpairCore(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0
            ? (new FileDescriptor(pair[0]), new FileDescriptor(pair[1]))
            : throw Failed("socketpair");
    }

    /// <summary>Ends the conversation for whoever holds the other end, and for those who hold another copy of this one.</summary>
    internal static void Shutdown(FileDescriptor socket)
    {
        const int SHUT_RDWR = 2;
        _ = ShutdownCore(socket.Number, SHUT_RDWR); // ENOTCONN: the other end is gone
    }

    /// <summary>Receives one whole packet, however long it is.</summary>
    /// <returns><see langword="null"/> when the peer has gone.</returns>
    internal static byte[]? ReceivePacket(FileDescriptor socket)
    {
        const int MSG_PEEK = 2;
        const int MSG_TRUNC = 0x20;
        byte probe;
        nint length = Receive(&probe, 1, MSG_PEEK | MSG_TRUNC);
        if (length <= 0)
        {
            return null;
        }

        byte[] packet = new byte[length];
        fixed (byte* start = packet)
        {
            return Receive(start, length, 0) == length ? packet : null;
        }

        nint Receive(byte* buffer, nint count, int flags)
        {
            nint received;
            do
            {
                received = RecvCore(socket.Number, buffer, count, flags);
            }
            while (received < 0 && LastErrno() == Errno.EINTR);

            return received;
        }
    }

    /// <summary>Permitted capabilities that executing the file gives (<c>capabilities(7)</c>, struct vfs_cap_data).</summary>
    /// <returns>0 when it has none.</returns>
    internal static ulong FileCapabilities(string path)
    {
        byte* data = stackalloc byte[24];
        nint size = GetxattrCore(path, "security.capability", data, 24);
        return size >= 20 ? *(uint*)(data + 4) | ((ulong)*(uint*)(data + 12) << 32) : 0;
    }

    /// <summary>A file that is in memory alone.</summary>
    internal static FileDescriptor MakeMemoryFile(string name, ReadOnlySpan<byte> contents)
    {
        const uint MFD_CLOEXEC = 1;
        int descriptor = MemfdCreateCore(name, MFD_CLOEXEC);
        FileDescriptor file = descriptor >= 0 ? new FileDescriptor(descriptor) : throw Failed("memfd_create");
        Write(file, contents, $"{name} in memory");
        return file;
    }

    internal static FileDescriptor MakeEventDescriptor()
    {
        int fd = EventfdCore(0, EFD_CLOEXEC);
        return fd >= 0 ? new FileDescriptor(fd) : throw Failed("eventfd");
    }

    internal static bool IsTerminal(int descriptor) => IsattyCore(descriptor) == 1;

    internal static bool SetForegroundGroup(int terminal, int group) => TcsetpgrpCore(terminal, group) == 0;

    /// <returns>Rows, columns and both in pixels, 16 bits each, the rows lowest (struct winsize); 0 when it has no size, or is no terminal.</returns>
    internal static ulong WindowSize(int terminal)
    {
        const nuint TIOCGWINSZ = 0x5413;
        ulong size = 0;
        return IoctlCore(terminal, TIOCGWINSZ, (nint)(&size)) == 0 ? size : 0;
    }

    /// <summary>The kernel sends SIGWINCH to the foreground group when it is another one.</summary>
    internal static void SetWindowSize(int terminal, ulong size)
    {
        const nuint TIOCSWINSZ = 0x5414;
        _ = IoctlCore(terminal, TIOCSWINSZ, (nint)(&size));
    }

    /// <summary>Gives up the controlling terminal. The kernel sends SIGHUP and SIGCONT to the foreground group of a leader.</summary>
    internal static bool ReleaseTerminal(int terminal) => IoctlCore(terminal, TIOCNOTTY, 0) == 0;

    /// <summary>Makes it the controlling terminal of this session, if it is nobody else's.</summary>
    internal static bool TakeTerminal(int terminal) => IoctlCore(terminal, TIOCSCTTY, 0) == 0;

    /// <returns>Bytes that can be read from it at once.</returns>
    internal static int BytesReadable(FileDescriptor file)
    {
        const nuint FIONREAD = 0x541B;
        int count = 0;
        return IoctlCore(file.Number, FIONREAD, (nint)(&count)) == 0 ? count : 0;
    }

    /// <summary>Adds a watch that gets exactly this number.</summary>
    /// <returns>0, or the errno.</returns>
    internal static int AddWatch(FileDescriptor inotify, string path, uint mask, int number)
    {
        // INOTIFY_IOC_SETNEXTWD, include/uapi/linux/inotify.h: made for restoring; in kernels with CHECKPOINT_RESTORE.
        const nuint INOTIFY_IOC_SETNEXTWD = 0x40044900;
        if (IoctlCore(inotify.Number, INOTIFY_IOC_SETNEXTWD, number) != 0)
        {
            return LastErrno();
        }

        int watch = InotifyAddWatchCore(inotify.Number, path, mask);
        return watch == number ? 0 : watch < 0 ? LastErrno() : Errno.EEXIST;
    }

    internal static bool RemoveWatch(FileDescriptor inotify, int number) =>
        InotifyRemoveWatchCore(inotify.Number, number) == 0;

    /// <summary>Opened with O_CLOEXEC elsewhere; here it is told to survive exec.</summary>
    internal static void KeepOnExec(FileDescriptor file)
    {
        if (FcntlCore(file.Number, F_SETFD, 0) != 0)
        {
            throw Failed("fcntl(F_SETFD)");
        }
    }

    private static FileIdentity? Statx(int directory, string path, int flags)
    {
        // struct statx: stx_mode at 28, stx_ino at 32, stx_size at 40, stx_rdev_major/minor at 128/132, stx_dev_major/minor at 136/140.
        byte* result = stackalloc byte[256];
        if (StatxCore(directory, path, flags, STATX_BASIC_STATS, result) != 0)
        {
            return null;
        }

        ulong rawDevice = ((ulong)*(uint*)(result + 128) << 20) | *(uint*)(result + 132);
        return new FileIdentity(
            *(uint*)(result + 136), *(uint*)(result + 140), *(ulong*)(result + 32), *(ushort*)(result + 28), rawDevice, *(long*)(result + 40));
    }
}
