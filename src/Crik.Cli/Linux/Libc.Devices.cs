using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>Terminals, inotify watches and other descriptors that have calls of their own.</summary>
internal static unsafe partial class Libc
{
    private const nuint TIOCSCTTY = 0x540E;
    private const nuint TIOCNOTTY = 0x5422;

    [LibraryImport(Library, EntryPoint = "isatty", SetLastError = true)]
    private static partial int IsattyCore(int fd);

    [LibraryImport(Library, EntryPoint = "tcsetpgrp", SetLastError = true)]
    private static partial int TcsetpgrpCore(int fd, int group);

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoctlCore(int fd, nuint request, nint argument);

    [LibraryImport(Library, EntryPoint = "inotify_add_watch", SetLastError = true)]
    private static partial int InotifyAddWatchCore(int fd, byte[] path, uint mask);

    [LibraryImport(Library, EntryPoint = "inotify_rm_watch", SetLastError = true)]
    private static partial int InotifyRemoveWatchCore(int fd, int watch);

    internal static bool IsTerminal(int descriptor) => IsattyCore(descriptor) == 1;

    internal static bool SetForegroundGroup(int terminal, int group) => TcsetpgrpCore(terminal, group) == 0;

    /// <returns>Rows, columns and both in pixels, 16 bits each, the rows lowest (struct winsize); 0 when it has no size, or is no terminal.</returns>
    internal static ulong WindowSize(int terminal)
    {
        const nuint TIOCGWINSZ = 0x5413;
        ulong size = 0;
        return IoctlCore(terminal, TIOCGWINSZ, (nint)(&size)) == 0 ? size : 0;
    }

    /// <summary>Sets the size. The kernel sends SIGWINCH to the foreground group when it was another one.</summary>
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

        int watch = InotifyAddWatchCore(inotify.Number, Zeroed(path), mask);
        return watch == number ? 0 : watch < 0 ? LastErrno() : Errno.EEXIST;
    }

    internal static bool RemoveWatch(FileDescriptor inotify, int number) => InotifyRemoveWatchCore(inotify.Number, number) == 0;
}
