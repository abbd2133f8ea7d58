namespace Crik.Criu;

/// <summary>Reads what the kernel tells of open descriptors (<c>/proc/PID/fdinfo</c>, proc_pid_fdinfo(5)), to find what a restore lost.</summary>
internal static class DescriptorInfo
{
    /// <summary>How many descriptors are read. The kernel takes about 21 µs for each, and the program stands still meanwhile.</summary>
    public const int Most = 500;

    /// <summary>The fields that have to be the same in the next pod. The numbers of mounts and inodes, and the time left of a timer, are not.</summary>
    private static readonly string[] s_fields =
        ["pos", "flags", "eventfd-count", "eventfd-semaphore", "sigmask", "clockid", "settime flags", "it_interval", "tfd", "inotify wd"];

    /// <summary>How words begin that name a file by its number, which is another one in the next pod.</summary>
    private static readonly string[] s_ofFile = ["ino:", "sdev:", "fhandle-", "f_handle:"];

    /// <summary>O_LARGEFILE, O_DIRECTORY, O_NOFOLLOW and O_TMPFILE, which mean nothing to an open file (asm-generic/fcntl.h).</summary>
    private const long OnlyForOpen = 0x438000;

    /// <param name="open">The descriptors of the program. Those that are nothing in a file system come first, because criu knows them least.</param>
    /// <param name="replaced">The descriptors that lead to something else in the next pod.</param>
    public static IReadOnlyList<DescriptorTraits> Read(IReadOnlyList<OpenDescriptor> open, HashSet<DescriptorHolder> replaced) =>
    [
        .. open.Where(IsAnonymous).Concat(open.Where(file => !IsAnonymous(file))).Where(file => !replaced.Contains(new(file.Pid, file.Number))).Take(Most)
            .Select(file => new DescriptorTraits(file.Pid, file.Number, Of(file.Pid, file.Number))),
    ];

    /// <returns>Texts of a name, an equals sign and a value, or none for a descriptor that has gone.</returns>
    public static IReadOnlyList<string> Of(int pid, int descriptor) =>
        [.. ProcFs.Lines($"/proc/{pid}/fdinfo/{descriptor}").Select(Parse).OfType<string>()];

    /// <returns><see langword="null"/> for a line that is not compared.</returns>
    public static string? Parse(string line)
    {
        int end = line.IndexOf(':', StringComparison.Ordinal);
        string name = end < 0 ? "" : line[..end];
        if (!s_fields.Contains(name))
        {
            return null;
        }

        // "tfd:        5 events:       19 data:                5  pos:0 ino:2c sdev:d" and "inotify wd:1 ino:2c sdev:d mask:2 ignored_mask:0 …"
        string[] words = [.. line[(end + 1)..].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => !s_ofFile.Any(begin => word.StartsWith(begin, StringComparison.Ordinal)))];
        if (name == "flags" && words is [var flags])
        {
            words = [Convert.ToString(Convert.ToInt64(flags, 8) & ~OnlyForOpen, 8)];
        }

        return name is "tfd" or "inotify wd" && words.Length > 0 ? $"{name} {words[0]}={string.Join(' ', words[1..])}" : $"{name}={string.Join(' ', words)}";
    }

    private static bool IsAnonymous(OpenDescriptor file) => file.Target.StartsWith("anon_inode:", StringComparison.Ordinal);
}
