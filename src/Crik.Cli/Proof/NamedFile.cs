using Crik.Criu.Images;

namespace Crik.Proof;

/// <summary>An open or mapped file that has a path.</summary>
internal sealed class NamedFile(string path, FileType type)
{
    public string Path { get; } = path;

    public FileType Type { get; } = type;

    /// <summary>Whether it belongs to the container and not to the program.</summary>
    public bool IsExternal { get; init; }

    /// <summary>Whether it is in a mount namespace of the program's own, which has other paths than crik.</summary>
    public bool IsElsewhere { get; init; }

    public static NamedFile Of(RegularFileEntry entry) =>
        new(entry.ExactPath, entry.Type) { IsExternal = entry.IsExternal, IsElsewhere = entry.Mount != 0 };
}
