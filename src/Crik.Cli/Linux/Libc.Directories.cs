using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>Reading directories and links. Names are bytes, as the kernel has them: they need not be UTF-8.</summary>
internal static unsafe partial class Libc
{
    private const int LongestLink = 4096; // PATH_MAX

    private static long SYS_getdents64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 61 : 217;

    [LibraryImport(Library, EntryPoint = "readlinkat", SetLastError = true)]
    private static partial nint ReadlinkatCore(int directory, byte[] name, Span<byte> target, nint size);

    internal static byte[] ReadLink(FileDescriptor directory, ReadOnlySpan<byte> name) =>
        ReadLink(directory.Number, Zeroed(name)) ?? throw Failed("readlinkat");

    /// <returns><see langword="null"/> when it is no link, is gone, or may not be read.</returns>
    internal static byte[]? TryReadLink(FileDescriptor directory, ReadOnlySpan<byte> name) => ReadLink(directory.Number, Zeroed(name));

    /// <returns><see langword="null"/> when it is no link, is gone, or may not be read.</returns>
    internal static string? TryReadLink(string path) => ReadLink(AT_FDCWD, Zeroed(path)) is { } target ? ByteStrings.Decode(target) : null;

    /// <summary>Reads the names in a directory, without <c>.</c> and <c>..</c>, in the order of their bytes.</summary>
    internal static List<byte[]> ReadDirectory(FileDescriptor directory)
    {
        List<byte[]> names = [];
        byte[] buffer = new byte[1 << 15];
        fixed (byte* start = buffer)
        {
            while (true)
            {
                long count = Syscall(SYS_getdents64, directory.Number, (long)start, buffer.Length, 0, 0);
                if (count < 0 && LastErrno() != Errno.ENOENT)
                {
                    throw Failed("getdents64");
                }

                if (count <= 0) // ENOENT: the directory has gone meanwhile, or the process whose directory in /proc it was
                {
                    names.Sort((one, other) => one.AsSpan().SequenceCompareTo(other));
                    return names;
                }

                AddNames(start, count, names);
            }
        }
    }

    /// <summary>Lists the paths of what is in a directory.</summary>
    /// <returns>Nothing when the directory is not there or may not be read.</returns>
    internal static IReadOnlyList<string> TryListPaths(string path)
    {
        using FileDescriptor? directory = TryOpen(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, UnixFileMode.None, out _);
        try
        {
            string above = path == "/" ? "" : path;
            return directory is null ? [] : ReadDirectory(directory).ConvertAll(name => $"{above}/{ByteStrings.Decode(name)}");
        }
        catch (LinuxException)
        {
            return [];
        }
    }

    /// <summary>struct linux_dirent64 has d_reclen at 16 and d_name at 19 (getdents(2)).</summary>
    private static void AddNames(byte* start, long count, List<byte[]> names)
    {
        for (int at = 0; at < count; at += *(ushort*)(start + at + 16))
        {
            ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(start + at + 19);
            if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
            {
                names.Add(name.ToArray());
            }
        }
    }

    private static byte[]? ReadLink(int directory, byte[] zeroed)
    {
        Span<byte> target = stackalloc byte[LongestLink];
        nint length = ReadlinkatCore(directory, zeroed, target, LongestLink);
        return length >= 0 ? target[..(int)length].ToArray() : null;
    }
}
