using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>Making, renaming and removing what has a name. A failed call in a directory gives its errno back.</summary>
internal static unsafe partial class Libc
{
    private const int AT_REMOVEDIR = 0x200;

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    private static partial int MkdiratCore(int directory, byte* name, UnixFileMode mode);

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

    /// <returns><see langword="false"/> when it is already there.</returns>
    internal static bool MakeDirectory(string path, UnixFileMode mode) => MakeDirectory(AT_FDCWD, Zeroed(path), mode) switch
    {
        0 => true,
        Errno.EEXIST => false,
        int errno => throw new LinuxException($"cannot make the directory {ByteStrings.Printable(path)}", errno),
    };

    internal static int MakeDirectoryAt(FileDescriptor directory, ReadOnlySpan<byte> name, UnixFileMode mode) =>
        MakeDirectory(directory.Number, Zeroed(name), mode);

    internal static int MakeFifoAt(FileDescriptor directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* zeroed = Zeroed(name))
        {
            return ErrnoOf(MknodatCore(directory.Number, zeroed, (uint)FileType.Fifo | (uint)FileModes.OwnFile, 0));
        }
    }

    internal static void MakeSymlink(string target, string path)
    {
        int errno = MakeSymlink(AT_FDCWD, Zeroed(path), Zeroed(target));
        if (errno != 0)
        {
            throw new LinuxException($"cannot make the link {ByteStrings.Printable(path)}", errno);
        }
    }

    internal static int MakeSymlinkAt(FileDescriptor directory, ReadOnlySpan<byte> name, ReadOnlySpan<byte> target) =>
        MakeSymlink(directory.Number, Zeroed(name), Zeroed(target));

    internal static int MakeHardLinkAt(FileDescriptor oldDirectory, ReadOnlySpan<byte> oldName, FileDescriptor directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* from = Zeroed(oldName), to = Zeroed(name))
        {
            return ErrnoOf(LinkatCore(oldDirectory.Number, from, directory.Number, to, 0));
        }
    }

    internal static void Rename(string from, string to)
    {
        int errno = Rename(AT_FDCWD, Zeroed(from), Zeroed(to));
        if (errno != 0)
        {
            throw new LinuxException($"cannot rename {ByteStrings.Printable(from)} to {ByteStrings.Printable(to)}", errno);
        }
    }

    internal static int RenameAt(FileDescriptor directory, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) =>
        Rename(directory.Number, Zeroed(from), Zeroed(to));

    internal static int RemoveAt(FileDescriptor directory, ReadOnlySpan<byte> name, bool isDirectory) =>
        Remove(directory.Number, Zeroed(name), isDirectory ? AT_REMOVEDIR : 0);

    private static int Unlink(string path) => Remove(AT_FDCWD, Zeroed(path), 0);

    private static int MakeDirectory(int directory, byte[] zeroed, UnixFileMode mode)
    {
        fixed (byte* name = zeroed)
        {
            return ErrnoOf(MkdiratCore(directory, name, mode));
        }
    }

    private static int MakeSymlink(int directory, byte[] zeroed, byte[] zeroedTarget)
    {
        fixed (byte* name = zeroed, target = zeroedTarget)
        {
            return ErrnoOf(SymlinkatCore(target, directory, name));
        }
    }

    private static int Rename(int directory, byte[] zeroedFrom, byte[] zeroedTo)
    {
        fixed (byte* from = zeroedFrom, to = zeroedTo)
        {
            return ErrnoOf(RenameatCore(directory, from, directory, to));
        }
    }

    private static int Remove(int directory, byte[] zeroed, int flags)
    {
        fixed (byte* name = zeroed)
        {
            return ErrnoOf(UnlinkatCore(directory, name, flags));
        }
    }
}
