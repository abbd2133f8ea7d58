using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>The file system that a path is on.</summary>
internal static unsafe partial class Libc
{
    /// <summary>struct statfs on 64 bit: f_type 0, f_bsize 1, f_blocks 2, f_bfree 3, f_bavail 4, …, f_frsize 9 (include/uapi/asm-generic/statfs.h).</summary>
    private const int StatusWords = 32;

    [LibraryImport(Library, EntryPoint = "statfs", SetLastError = true)]
    private static partial int StatfsCore(byte[] path, Span<ulong> result);

    [LibraryImport(Library, EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncfsCore(int fd);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    private static partial int FsyncCore(int fd);

    /// <returns>Bytes an ordinary user may still write there.</returns>
    internal static long FreeBytes(string path)
    {
        Span<ulong> result = stackalloc ulong[StatusWords];
        Require(ErrnoOf(StatfsCore(Zeroed(path), result)), $"statfs({ByteStrings.Printable(path)})");
        return BytesIn(result[4], result[9] != 0 ? result[9] : result[1]);
    }

    /// <summary>Some network file systems say that they are larger than a signed number of bytes can be; that is as good as the largest number.</summary>
    internal static long BytesIn(ulong blocks, ulong blockSize) => (long)UInt128.Min((UInt128)blocks * blockSize, long.MaxValue);

    internal static bool IsOnFuse(string path)
    {
        const ulong FUSE_SUPER_MAGIC = 0x65735546;
        Span<ulong> result = stackalloc ulong[StatusWords];
        return StatfsCore(Zeroed(path), result) == 0 && result[0] == FUSE_SUPER_MAGIC;
    }

    internal static void Sync(FileDescriptor file, string what) => Require(ErrnoOf(FsyncCore(file.Number)), $"cannot sync {what}");

    /// <summary>Writes the whole file system of that directory to its disk. Since Linux 5.8 this reports write-back errors.</summary>
    internal static void SyncFileSystem(FileDescriptor directory, string what) =>
        Require(ErrnoOf(SyncfsCore(directory.Number)), $"cannot sync the file system of {what}");

    internal static void SyncDirectory(string path)
    {
        using FileDescriptor directory = Open(path, O_RDONLY | O_DIRECTORY);
        Sync(directory, path);
    }
}
