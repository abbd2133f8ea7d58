using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>Making, renaming and removing what has a name. A failed call in a directory gives its errno back.</summary>
internal static unsafe partial class Libc
{
    private const int AT_REMOVEDIR = 0x200;

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    private static partial int MkdiratCore(int directory, byte[] name, UnixFileMode mode);

    [LibraryImport(Library, EntryPoint = "mknodat", SetLastError = true)]
    private static partial int MknodatCore(int directory, byte[] name, uint mode, ulong device);

    [LibraryImport(Library, EntryPoint = "symlinkat", SetLastError = true)]
    private static partial int SymlinkatCore(byte[] target, int directory, byte[] name);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true)]
    private static partial int LinkatCore(int oldDirectory, byte[] oldName, int directory, byte[] name, int flags);

    [LibraryImport(Library, EntryPoint = "renameat", SetLastError = true)]
    private static partial int RenameatCore(int oldDirectory, byte[] oldName, int directory, byte[] name);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkatCore(int directory, byte[] name, int flags);

    /// <returns><see langword="false"/> when it is already there.</returns>
    internal static bool MakeDirectory(string path, UnixFileMode mode) => ErrnoOf(MkdiratCore(AT_FDCWD, Zeroed(path), mode)) switch
    {
        0 => true,
        Errno.EEXIST => false,
        int errno => throw new LinuxException($"cannot make the directory {ByteStrings.Printable(path)}", errno),
    };

    internal static int MakeDirectoryAt(FileDescriptor directory, ReadOnlySpan<byte> name, UnixFileMode mode) =>
        ErrnoOf(MkdiratCore(directory.Number, Zeroed(name), mode));

    internal static int MakeFifoAt(FileDescriptor directory, ReadOnlySpan<byte> name) =>
        ErrnoOf(MknodatCore(directory.Number, Zeroed(name), (uint)FileType.Fifo | (uint)FileModes.OwnFile, 0));

    internal static void MakeSymlink(string target, string path) =>
        Require(ErrnoOf(SymlinkatCore(Zeroed(target), AT_FDCWD, Zeroed(path))), $"cannot make the link {ByteStrings.Printable(path)}");

    internal static int MakeSymlinkAt(FileDescriptor directory, ReadOnlySpan<byte> name, ReadOnlySpan<byte> target) =>
        ErrnoOf(SymlinkatCore(Zeroed(target), directory.Number, Zeroed(name)));

    internal static int MakeHardLinkAt(FileDescriptor oldDirectory, ReadOnlySpan<byte> oldName, FileDescriptor directory, ReadOnlySpan<byte> name) =>
        ErrnoOf(LinkatCore(oldDirectory.Number, Zeroed(oldName), directory.Number, Zeroed(name), 0));

    internal static int MakeHardLink(string path, string name) => ErrnoOf(LinkatCore(AT_FDCWD, Zeroed(path), AT_FDCWD, Zeroed(name), 0));

    /// <summary>Removes a name of a file, if it is one.</summary>
    internal static void RemoveLink(string name, string path)
    {
        if (TryStatus(name, followLinks: false) is { } link && TryStatus(path, followLinks: false) is { } file
            && (link.Device, link.Inode) == (file.Device, file.Inode))
        {
            _ = Unlink(name);
        }
    }

    internal static void Rename(string from, string to) => Require(
        ErrnoOf(RenameatCore(AT_FDCWD, Zeroed(from), AT_FDCWD, Zeroed(to))), $"cannot rename {ByteStrings.Printable(from)} to {ByteStrings.Printable(to)}");

    internal static int RenameAt(FileDescriptor directory, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to) =>
        ErrnoOf(RenameatCore(directory.Number, Zeroed(from), directory.Number, Zeroed(to)));

    internal static int RemoveAt(FileDescriptor directory, ReadOnlySpan<byte> name, bool isDirectory) =>
        ErrnoOf(UnlinkatCore(directory.Number, Zeroed(name), isDirectory ? AT_REMOVEDIR : 0));

    private static int Unlink(string path) => ErrnoOf(UnlinkatCore(AT_FDCWD, Zeroed(path), 0));
}
