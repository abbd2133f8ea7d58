using Crik.Criu.Images;

namespace Crik.Proof;

/// <summary>An open or mapped file that has a path.</summary>
internal sealed class NamedFile(string path, FileType type, long size = 0)
{
    public string Path { get; } = path;

    public FileType Type { get; } = type;

    public long Size { get; } = size;

    /// <summary>Whether it belongs to the container and not to the program.</summary>
    public bool IsExternal { get; init; }

    /// <summary>Whether it is in a mount namespace of the program's own, which has other paths than crik.</summary>
    public bool IsElsewhere { get; init; }

    /// <summary>Whether criu compares its size at the restore (should_check_size, criu/files-reg.c).</summary>
    public bool IsMeasured { get; init; }

    public static NamedFile Of(RegularFileEntry entry)
    {
        const uint HowToOpen = 3; // O_ACCMODE
        bool onlyAppends = (entry.Flags & HowToOpen) == Libc.O_WRONLY && (entry.Flags & Libc.O_APPEND) != 0;
        return new(entry.ExactPath, entry.Type, entry.Size) { IsExternal = entry.IsExternal, IsElsewhere = entry.Mount != 0, IsMeasured = !onlyAppends };
    }
}
