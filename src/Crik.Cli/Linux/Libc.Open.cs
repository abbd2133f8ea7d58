using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>Opening files, by path and by name within a directory.</summary>
internal static unsafe partial class Libc
{
    internal const int O_RDONLY = 0;
    internal const int O_WRONLY = 1;
    internal const int O_RDWR = 2;
    internal const int O_ACCMODE = 3;
    internal const int O_CREAT = 0x40;
    internal const int O_EXCL = 0x80;
    internal const int O_TRUNC = 0x200;
    internal const int O_APPEND = 0x400;
    internal const int O_NONBLOCK = 0x800;
    internal const int O_PATH = 0x200000;
    private const int O_CLOEXEC = 0x80000;
    private const int AT_FDCWD = -100;

    internal static int O_DIRECTORY => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    internal static int O_TMPFILE => 0x400000 | O_DIRECTORY;

    internal static int O_NOFOLLOW => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    private static partial int OpenatCore(int directory, byte[] name, int flags, UnixFileMode mode);

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    private static partial int CloseCore(int fd);

    /// <exception cref="LinuxException">With the errno of <c>open(2)</c>.</exception>
    internal static FileDescriptor Open(string path, int flags, UnixFileMode mode = UnixFileMode.None) =>
        TryOpen(path, flags, mode, out int errno) ?? throw new LinuxException($"cannot open {ByteStrings.Printable(path)}", errno);

    internal static FileDescriptor? TryOpen(string path, int flags, UnixFileMode mode, out int errno) =>
        TryOpen(AT_FDCWD, Zeroed(path), flags, mode, out errno);

    internal static FileDescriptor? TryOpenAt(FileDescriptor directory, ReadOnlySpan<byte> name, int flags, UnixFileMode mode, out int errno) =>
        TryOpen(directory.Number, Zeroed(name), flags, mode, out errno);

    /// <summary>
    /// Makes a new file to write, in the place of what has its name: a symbolic link there would lead elsewhere, and opening a FIFO would wait.
    /// </summary>
    internal static FileDescriptor Create(string path, UnixFileMode mode)
    {
        Require(Unlink(path) is not Errno.ENOENT and var errno ? errno : 0, $"cannot replace {ByteStrings.Printable(path)}");
        return Open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    }

    internal static bool CloseNumber(int fd) => CloseCore(fd) == 0;

    private static FileDescriptor? TryOpen(int directory, byte[] zeroed, int flags, UnixFileMode mode, out int errno)
    {
        while (true)
        {
            int fd = OpenatCore(directory, zeroed, flags | O_CLOEXEC, mode);
            errno = fd >= 0 ? 0 : LastErrno();
            if (errno != Errno.EINTR)
            {
                return OpenedOrNull(fd);
            }
        }
    }
}
