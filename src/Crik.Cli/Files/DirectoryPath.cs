namespace Crik.Files;

/// <summary>Goes to a directory name by name, because the kernel takes no path of more than 4,095 bytes at once.</summary>
internal static class DirectoryPath
{
    /// <param name="path">Absolute.</param>
    /// <param name="make">Makes a directory that is missing, and gives 0 or the errno; <see langword="null"/> makes none.</param>
    /// <returns><see langword="null"/> with the errno where there is no such directory.</returns>
    public static FileDescriptor? TryOpen(ReadOnlySpan<byte> path, bool followLinks, out int errno, Make? make = null) =>
        TryOpenBelow(Libc.Open("/", Libc.O_PATH | Libc.O_DIRECTORY), path.TrimStart((byte)'/'), followLinks, out errno, make);

    /// <param name="top">Closed afterwards.</param>
    public static FileDescriptor? TryOpenBelow(FileDescriptor top, ReadOnlySpan<byte> path, bool followLinks, out int errno, Make? make = null)
    {
        FileDescriptor directory = top;
        errno = 0;
        while (!path.IsEmpty)
        {
            using FileDescriptor above = directory;
            int slash = path.IndexOf((byte)'/');
            ReadOnlySpan<byte> name = slash < 0 ? path : path[..slash];
            path = slash < 0 ? [] : path[(slash + 1)..];
            if (name.IsEmpty)
            {
                name = "."u8;
            }

            int flags = Libc.O_PATH | Libc.O_DIRECTORY | (followLinks ? 0 : Libc.O_NOFOLLOW);
            FileDescriptor? next = Libc.TryOpenAt(above, name, flags, UnixFileMode.None, out errno);
            if (next is null && errno == Errno.ENOENT && make is not null)
            {
                errno = make(above, name, path.Length);
                next = errno == 0 ? Libc.TryOpenAt(above, name, flags, UnixFileMode.None, out errno) : null;
            }

            if (next is null)
            {
                return null;
            }

            directory = next;
        }

        return directory;
    }

    /// <param name="rest">How many bytes of the path follow the slash after this name.</param>
    public delegate int Make(FileDescriptor parent, ReadOnlySpan<byte> name, int rest);
}
