using System.Runtime.InteropServices;

namespace Crik.Linux;

/// <summary>Owner, mode, times and extended attributes of files. Each setter returns 0, or the errno.</summary>
internal static unsafe partial class Libc
{
    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true)]
    private static partial int FchownatCore(int directory, byte[] name, uint user, uint group, int flags);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    private static partial int FchmodCore(int file, UnixFileMode mode);

    [LibraryImport(Library, EntryPoint = "fchmodat", SetLastError = true)]
    private static partial int FchmodatCore(int directory, byte[] name, UnixFileMode mode, int flags);

    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true)]
    private static partial int UtimensatCore(int directory, byte[] name, long* times, int flags);

    [LibraryImport(Library, EntryPoint = "futimens", SetLastError = true)]
    private static partial int FutimensCore(int file, long* times);

    [LibraryImport(Library, EntryPoint = "flistxattr", SetLastError = true)]
    private static partial nint FlistxattrCore(int file, byte[] names, nint size);

    [LibraryImport(Library, EntryPoint = "fgetxattr", SetLastError = true)]
    private static partial nint FgetxattrCore(int file, byte[] name, byte[] value, nint size);

    [LibraryImport(Library, EntryPoint = "fsetxattr", SetLastError = true)]
    private static partial int FsetxattrCore(int file, byte[] name, ReadOnlySpan<byte> value, nint size, int flags);

    internal static void SetMode(string path, UnixFileMode mode) =>
        Require(TrySetMode(path, mode), $"cannot set the mode of {ByteStrings.Printable(path)}");

    internal static int SetMode(FileDescriptor file, UnixFileMode mode) => ErrnoOf(FchmodCore(file.Number, mode));

    /// <summary>Sets the owner of the open file itself when the name is empty, and otherwise of that name, even when it is a link.</summary>
    internal static int SetOwner(FileDescriptor directory, ReadOnlySpan<byte> name, uint user, uint group) =>
        ErrnoOf(FchownatCore(directory.Number, Zeroed(name), user, group, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW));

    /// <summary>Sets the times of the open file itself when the name is empty, and otherwise of that name, even when it is a link.</summary>
    /// <param name="accessedAt">Nanoseconds since 1970; so is the other.</param>
    internal static int SetTimes(FileDescriptor directory, ReadOnlySpan<byte> name, long accessedAt, long modifiedAt)
    {
        long* times = stackalloc long[4];
        (times[0], times[1]) = Split(accessedAt);
        (times[2], times[3]) = Split(modifiedAt);
        return ErrnoOf(name.IsEmpty
            ? FutimensCore(directory.Number, times)
            : UtimensatCore(directory.Number, Zeroed(name), times, AT_SYMLINK_NOFOLLOW));

        static (long Seconds, long Nanoseconds) Split(long time)
        {
            long nanoseconds = ((time % 1_000_000_000) + 1_000_000_000) % 1_000_000_000;
            return ((time - nanoseconds) / 1_000_000_000, nanoseconds);
        }
    }

    /// <summary>Reads the extended attributes of an open file. ACLs and file capabilities are among them.</summary>
    internal static IReadOnlyList<(byte[] Name, byte[] Value)> ReadAttributes(FileDescriptor file)
    {
        const int Largest = 65536; // XATTR_LIST_MAX, XATTR_SIZE_MAX
        byte[] buffer = new byte[Largest];
        List<(byte[] Name, byte[] Value)> attributes = [];
        nint length = FlistxattrCore(file.Number, buffer, Largest);
        byte[] names = buffer[..(int)Math.Max(0, length)]; // -1 where the file system has no such thing
        foreach (Range range in names.AsSpan().Split((byte)0))
        {
            byte[] name = names[range];
            nint size = name.Length == 0 ? -1 : FgetxattrCore(file.Number, Zeroed(name), buffer, Largest);
            if (size >= 0)
            {
                attributes.Add((name, buffer[..(int)size]));
            }
        }

        return attributes;
    }

    internal static int SetAttribute(FileDescriptor file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        ErrnoOf(FsetxattrCore(file.Number, Zeroed(name), value, value.Length, 0));

    private static int TrySetMode(string path, UnixFileMode mode) => ErrnoOf(FchmodatCore(AT_FDCWD, Zeroed(path), mode, 0));
}
