namespace Crik.Linux;

/// <summary>The files and sockets of a process.</summary>
internal static partial class ProcFs
{
    /// <summary>The descriptors of a process and what they lead to: a path, or <c>pipe:[123]</c> and the like.</summary>
    public static IReadOnlyList<(int Descriptor, string Target)> OpenFiles(int pid)
    {
        List<(int Descriptor, string Target)> open = [];
        using FileDescriptor? directory = Libc.TryOpen($"/proc/{pid}/fd", Libc.O_RDONLY | Libc.O_DIRECTORY, 0, out _);
        foreach (byte[] name in directory is null ? [] : Libc.ReadDirectory(directory))
        {
            if (Number(name) is { } descriptor && Libc.TryReadLink(directory!, name) is { } target)
            {
                open.Add((descriptor, ByteStrings.Decode(target)));
            }
        }

        open.Sort((one, other) => one.Descriptor - other.Descriptor);
        return open;
    }

    /// <summary>
    /// Tells whether a process can read and write a file through a descriptor. The kernel shows it as the mode of the link
    /// (tid_fd_update_inode, fs/proc/fd.c).
    /// </summary>
    public static UnixFileMode OpenMode(int pid, int descriptor) =>
        Libc.TryStatus($"/proc/{pid}/fd/{descriptor}", followLinks: false)?.Permissions ?? UnixFileMode.None;

    public static bool IsOpenForWriting(int pid, int descriptor) => OpenMode(pid, descriptor).HasFlag(UnixFileMode.UserWrite);

    /// <summary>Whether a process of this PID namespace has a lease on a file (F_SETLEASE, fcntl(2); <c>/proc/locks</c>, proc(5)).</summary>
    public static bool HasLeases() => Lines("/proc/locks").Any(line => line.Contains(" LEASE ", StringComparison.Ordinal));

    /// <summary>The status of the file that a descriptor of a process leads to, also when the file has no name any more.</summary>
    public static FileStatus? StatusOf(int pid, int descriptor) => Libc.TryStatus($"/proc/{pid}/fd/{descriptor}", followLinks: true);

    /// <summary>The files that a process has mapped, once for each mapping.</summary>
    public static IEnumerable<MappedFile> MappedFiles(int pid)
    {
        foreach (string line in Lines($"/proc/{pid}/maps"))
        {
            if (MappedFile.Parse(line) is { } file)
            {
                yield return file.IsAmbiguous ? file with { Path = Link($"/proc/{pid}/map_files/{file.Range}") ?? file.Path } : file;
            }
        }
    }
}
