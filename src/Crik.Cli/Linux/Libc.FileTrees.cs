using System.Runtime.InteropServices;
using System.Text;

namespace Crik.Linux;

/// <summary>What <c>statx(2)</c> says of a file. Times are nanoseconds since 1970.</summary>
internal readonly record struct FileStatus(
    uint Mode, uint Links, uint UserId, uint GroupId, long Size, ulong Inode, ulong Device, long ModifiedAt, long AccessedAt, long ChangedAt)
{
    internal const uint S_IFIFO = 0x1000;
    private const uint S_IFMT = 0xF000;

    public bool IsDirectory => (Mode & S_IFMT) == 0x4000;

    public bool IsRegular => (Mode & S_IFMT) == 0x8000;

    public bool IsSymlink => (Mode & S_IFMT) == 0xA000;

    public bool IsFifo => (Mode & S_IFMT) == S_IFIFO;

    public uint Permissions => Mode & 0xFFF;
}

/// <summary>
/// Calls for walking trees of files by descriptor and name. Names are bytes, as the kernel has them: they need not be
/// UTF-8.
/// </summary>
internal static unsafe partial class Libc
{
    internal const int O_EXCL = 0x80;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_PATH = 0x200000;
    internal const int AT_REMOVEDIR = 0x200;
    private const int SEEK_DATA = 3;
    private const int SEEK_HOLE = 4;
    private const int ENXIO = 6;

    private static long SYS_getdents64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 61 : 217;

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenatCore(int directory, byte* name, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    private static partial int StatxCore(int directory, byte* name, int flags, uint mask, byte* result);

    [LibraryImport(Library, EntryPoint = "readlinkat", SetLastError = true)]
    private static partial nint ReadlinkatCore(int directory, byte* name, byte* target, nint size);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    private static partial int MkdiratCore(int directory, byte* name, uint mode);

    [LibraryImport(Library, EntryPoint = "mknodat", SetLastError = true)]
    private static partial int MknodatCore(int directory, byte* name, uint mode, ulong device);

    [LibraryImport(Library, EntryPoint = "symlinkat", SetLastError = true)]
    private static partial int SymlinkatCore(byte* target, int directory, byte* name);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true)]
    private static partial int LinkatCore(int oldDirectory, byte* oldName, int directory, byte* name, int flags);

    [LibraryImport(Library, EntryPoint = "renameat", SetLastError = true)]
    private static partial int RenameatCore(int oldDirectory, byte* oldName, int directory, byte* name);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkatCore(int directory, byte* name, int flags);

    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true)]
    private static partial int FchownatCore(int directory, byte* name, uint user, uint group, int flags);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    private static partial int FchmodCore(int file, uint mode);

    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true)]
    private static partial int UtimensatCore(int directory, byte* name, long* times, int flags);

    [LibraryImport(Library, EntryPoint = "futimens", SetLastError = true)]
    private static partial int FutimensCore(int file, long* times);

    [LibraryImport(Library, EntryPoint = "lseek", SetLastError = true)]
    private static partial long LseekCore(int file, long offset, int whence);

    [LibraryImport(Library, EntryPoint = "copy_file_range", SetLastError = true)]
    private static partial nint CopyFileRangeCore(int from, long* fromOffset, int to, long* toOffset, nint count, uint flags);

    [LibraryImport(Library, EntryPoint = "pread", SetLastError = true)]
    private static partial nint PreadCore(int file, byte* buffer, nint count, long offset);

    [LibraryImport(Library, EntryPoint = "pwrite", SetLastError = true)]
    private static partial nint PwriteCore(int file, byte* buffer, nint count, long offset);

    [LibraryImport(Library, EntryPoint = "flistxattr", SetLastError = true)]
    private static partial nint FlistxattrCore(int file, byte* names, nint size);

    [LibraryImport(Library, EntryPoint = "fgetxattr", SetLastError = true)]
    private static partial nint FgetxattrCore(int file, byte* name, byte* value, nint size);

    [LibraryImport(Library, EntryPoint = "fsetxattr", SetLastError = true)]
    private static partial int FsetxattrCore(int file, byte* name, byte* value, nint size, int flags);

    internal static FileDescriptor? TryOpenAt(FileDescriptor directory, ReadOnlySpan<byte> name, int flags, uint mode, out int errno)
    {
        fixed (byte* zeroed = Zeroed(name))
        {
            int fd = OpenatCore(directory.Number, zeroed, flags | O_CLOEXEC, mode);
            errno = fd >= 0 ? 0 : LastErrno();
            return fd >= 0 ? new FileDescriptor(fd) : null;
        }
    }

    /// <returns><see langword="null"/> when there is no such name.</returns>
    internal static FileStatus? Status(FileDescriptor directory, ReadOnlySpan<byte> name, bool followLinks) => Status(directory.Number, name, followLinks);

    /// <returns><see langword="null"/> also when it may not be looked at.</returns>
    internal static FileStatus? TryStatus(string path)
    {
        const int AT_FDCWD = -100;
        try
        {
            return Status(AT_FDCWD, Encoding.UTF8.GetBytes(path), followLinks: false);
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    private static FileStatus? Status(int directory, ReadOnlySpan<byte> name, bool followLinks)
    {
        byte* result = stackalloc byte[256];
        fixed (byte* zeroed = Zeroed(name))
        {
            int flags = (name.IsEmpty ? AT_EMPTY_PATH : 0) | (followLinks ? 0 : AT_SYMLINK_NOFOLLOW);
            if (StatxCore(directory, zeroed, flags, STATX_BASIC_STATS, result) != 0)
            {
                return LastErrno() is Errno.ENOENT or Errno.ENOTDIR ? null : throw Failed("statx");
            }
        }

        // struct statx: nlink 16, uid 20, gid 24, mode 28, ino 32, size 40, atime 64, ctime 96, mtime 112, dev 136.
        long Time(int offset) => (*(long*)(result + offset) * 1_000_000_000) + *(uint*)(result + offset + 8);
        return new FileStatus(
            *(ushort*)(result + 28), *(uint*)(result + 16), *(uint*)(result + 20), *(uint*)(result + 24), *(long*)(result + 40), *(ulong*)(result + 32),
            ((ulong)*(uint*)(result + 136) << 32) | *(uint*)(result + 140), Time(112), Time(64), Time(96));
    }

    internal static byte[] ReadLink(FileDescriptor directory, ReadOnlySpan<byte> name) => TryReadLink(directory, name) ?? throw Failed("readlinkat");

    /// <returns><see langword="null"/> when it is no link, or gone.</returns>
    internal static byte[]? TryReadLink(FileDescriptor directory, ReadOnlySpan<byte> name)
    {
        byte* target = stackalloc byte[4096];
        fixed (byte* zeroed = Zeroed(name))
        {
            nint length = ReadlinkatCore(directory.Number, zeroed, target, 4096);
            return length >= 0 ? new Span<byte>(target, (int)length).ToArray() : null;
        }
    }

    /// <summary>The names in a directory, without <c>.</c> and <c>..</c>, in the order of their bytes.</summary>
    internal static List<byte[]> ReadDirectory(FileDescriptor directory)
    {
        List<byte[]> names = [];
        byte[] buffer = new byte[1 << 15];
        fixed (byte* start = buffer)
        {
            while (true)
            {
                long count = Syscall(SYS_getdents64, directory.Number, (long)start, buffer.Length, 0, 0);
                if (count < 0 && LastErrno() == Errno.ENOENT)
                {
                    count = 0; // the directory has gone meanwhile, or the process of which it is in /proc
                }

                if (count < 0)
                {
                    throw Failed("getdents64");
                }

                if (count == 0)
                {
                    names.Sort((one, other) => one.AsSpan().SequenceCompareTo(other));
                    return names;
                }

                // struct linux_dirent64: d_reclen at 16, d_name at 19.
                for (int at = 0; at < count; at += *(ushort*)(start + at + 16))
                {
                    ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(start + at + 19);
                    if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    {
                        names.Add(name.ToArray());
                    }
                }
            }
        }
    }

    /// <returns>0, or the errno.</returns>
    internal static int MakeDirectoryAt(FileDescriptor directory, ReadOnlySpan<byte> name, uint mode)
    {
        fixed (byte* zeroed = Zeroed(name))
        {
            return MkdiratCore(directory.Number, zeroed, mode) == 0 ? 0 : LastErrno();
        }
    }

    /// <returns>0, or the errno.</returns>
    internal static int MakeFifoAt(FileDescriptor directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* zeroed = Zeroed(name))
        {
            return MknodatCore(directory.Number, zeroed, FileStatus.S_IFIFO | 0x180, 0) == 0 ? 0 : LastErrno();
        }
    }

    internal static int MakeSymlinkAt(FileDescriptor directory, ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
    {
        fixed (byte* zeroed = Zeroed(name), to = Zeroed(target))
        {
            return SymlinkatCore(to, directory.Number, zeroed) == 0 ? 0 : LastErrno();
        }
    }

    internal static int MakeHardLinkAt(FileDescriptor oldDirectory, ReadOnlySpan<byte> oldName, FileDescriptor directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* from = Zeroed(oldName), to = Zeroed(name))
        {
            return LinkatCore(oldDirectory.Number, from, directory.Number, to, 0) == 0 ? 0 : LastErrno();
        }
    }

    internal static int RenameAt(FileDescriptor directory, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        fixed (byte* old = Zeroed(from), name = Zeroed(to))
        {
            return RenameatCore(directory.Number, old, directory.Number, name) == 0 ? 0 : LastErrno();
        }
    }

    internal static int RemoveAt(FileDescriptor directory, ReadOnlySpan<byte> name, bool isDirectory)
    {
        fixed (byte* zeroed = Zeroed(name))
        {
            return UnlinkatCore(directory.Number, zeroed, isDirectory ? AT_REMOVEDIR : 0) == 0 ? 0 : LastErrno();
        }
    }

    /// <summary>Sets the owner of the file itself (empty name) or of a link.</summary>
    internal static int SetOwner(FileDescriptor directory, ReadOnlySpan<byte> name, uint user, uint group)
    {
        fixed (byte* zeroed = Zeroed(name))
        {
            return FchownatCore(directory.Number, zeroed, user, group, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) == 0 ? 0 : LastErrno();
        }
    }

    internal static int SetMode(FileDescriptor file, uint mode) => FchmodCore(file.Number, mode) == 0 ? 0 : LastErrno();

    /// <summary>Sets the times of the file itself (empty name) or of a link. Nanoseconds since 1970.</summary>
    internal static int SetTimes(FileDescriptor directory, ReadOnlySpan<byte> name, long accessedAt, long modifiedAt)
    {
        long* times = stackalloc long[4];
        (times[0], times[1]) = Split(accessedAt);
        (times[2], times[3]) = Split(modifiedAt);
        fixed (byte* zeroed = Zeroed(name))
        {
            int result = name.IsEmpty ? FutimensCore(directory.Number, times) : UtimensatCore(directory.Number, zeroed, times, AT_SYMLINK_NOFOLLOW);
            return result == 0 ? 0 : LastErrno();
        }

        static (long Seconds, long Nanoseconds) Split(long time)
        {
            long nanoseconds = ((time % 1_000_000_000) + 1_000_000_000) % 1_000_000_000;
            return ((time - nanoseconds) / 1_000_000_000, nanoseconds);
        }
    }

    /// <summary>Finds the next stretch of a sparse file that holds data.</summary>
    /// <returns><see langword="null"/> when there is none from <paramref name="from"/> on.</returns>
    internal static (long Offset, long Length)? NextData(FileDescriptor file, long from, long size)
    {
        long start = LseekCore(file.Number, from, SEEK_DATA);
        if (start < 0)
        {
            return LastErrno() switch
            {
                ENXIO => null,
                Errno.EINVAL when from < size => (from, size - from), // a file system without holes
                _ => throw Failed("lseek"),
            };
        }

        long end = LseekCore(file.Number, start, SEEK_HOLE);
        return end < 0 ? throw Failed("lseek") : (start, Math.Min(end, size) - start);
    }

    /// <summary>Copies within the kernel, sharing blocks where the file system can; by hand where it cannot.</summary>
    /// <returns>Bytes copied; less than asked for only at the end of the source.</returns>
    internal static long CopyRange(FileDescriptor from, long fromOffset, FileDescriptor to, long toOffset, long count)
    {
        long done = 0;
        while (done < count)
        {
            long source = fromOffset + done;
            long target = toOffset + done;
            nint copied = CopyFileRangeCore(from.Number, &source, to.Number, &target, (nint)(count - done), 0);
            if (copied > 0)
            {
                done += copied;
                continue;
            }

            if (copied == 0)
            {
                return done;
            }

            switch (LastErrno())
            {
                case Errno.EINTR:
                    continue;
                case Errno.EXDEV or Errno.EINVAL or Errno.EOPNOTSUPP or Errno.ENOSYS or Errno.EPERM or 26 /* ETXTBSY */:
                    return done + CopyByHand(from, fromOffset + done, to, toOffset + done, count - done);
                default:
                    throw Failed("copy_file_range");
            }
        }

        return done;
    }

    /// <summary>Reads from a place in a file until the buffer is full or the file ends.</summary>
    /// <returns>Bytes read.</returns>
    internal static int ReadAt(FileDescriptor file, long offset, Span<byte> buffer)
    {
        int done = 0;
        fixed (byte* start = buffer)
        {
            while (done < buffer.Length)
            {
                nint count = PreadCore(file.Number, start + done, buffer.Length - done, offset + done);
                if (count == 0)
                {
                    break;
                }

                if (count > 0)
                {
                    done += (int)count;
                }
                else if (LastErrno() != Errno.EINTR)
                {
                    throw Failed("read");
                }
            }
        }

        return done;
    }

    internal static void SetSize(FileDescriptor file, long size)
    {
        if (FtruncateCore(file.Number, size) != 0)
        {
            throw Failed("ftruncate");
        }
    }

    /// <summary>The extended attributes of an open file: ACLs and file capabilities among them.</summary>
    internal static IReadOnlyList<(byte[] Name, byte[] Value)> ReadAttributes(FileDescriptor file)
    {
        const int Largest = 65536; // XATTR_LIST_MAX, XATTR_SIZE_MAX
        byte[] buffer = new byte[Largest];
        List<(byte[] Name, byte[] Value)> attributes = [];
        fixed (byte* start = buffer)
        {
            nint length = FlistxattrCore(file.Number, start, Largest);
            if (length <= 0)
            {
                return attributes; // none, or a file system without
            }

            byte[] names = buffer[..(int)length];
            foreach (Range range in names.AsSpan().Split((byte)0))
            {
                byte[] name = names[range];
                if (name.Length == 0)
                {
                    continue;
                }

                fixed (byte* zeroed = Zeroed(name))
                {
                    nint size = FgetxattrCore(file.Number, zeroed, start, Largest);
                    if (size >= 0)
                    {
                        attributes.Add((name, buffer[..(int)size]));
                    }
                }
            }
        }

        return attributes;
    }

    internal static int SetAttribute(FileDescriptor file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        fixed (byte* zeroed = Zeroed(name), start = value)
        {
            return FsetxattrCore(file.Number, zeroed, start, value.Length, 0) == 0 ? 0 : LastErrno();
        }
    }

    private static long CopyByHand(FileDescriptor from, long fromOffset, FileDescriptor to, long toOffset, long count)
    {
        byte[] buffer = new byte[1 << 17];
        long done = 0;
        fixed (byte* start = buffer)
        {
            while (done < count)
            {
                nint read = PreadCore(from.Number, start, (nint)Math.Min(buffer.Length, count - done), fromOffset + done);
                if (read == 0)
                {
                    return done;
                }

                if (read < 0)
                {
                    throw Failed("read");
                }

                for (nint written = 0; written < read;)
                {
                    nint put = PwriteCore(to.Number, start + written, read - written, toOffset + done + written);
                    written += put > 0 ? put : throw Failed("write");
                }

                done += read;
            }
        }

        return done;
    }

    private static byte[] Zeroed(ReadOnlySpan<byte> name)
    {
        byte[] zeroed = new byte[name.Length + 1];
        name.CopyTo(zeroed);
        return zeroed;
    }
}
