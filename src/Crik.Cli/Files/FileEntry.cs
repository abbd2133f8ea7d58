namespace Crik.Files;

/// <summary>One file of an archive, a line of its index. Names are bytes in base64: they need not be UTF-8.</summary>
internal sealed record FileEntry
{
    public const string Directory = "directory";
    public const string Regular = "file";
    public const string Symlink = "symlink";
    public const string HardLink = "link";
    public const string Fifo = "fifo";

    /// <summary>A directory that is made when it is missing, and otherwise left as it is, with what is in it.</summary>
    public const string Place = "place";

    public required string Kind { get; init; }

    /// <summary>Absolute, and without <c>.</c>, <c>..</c> or doubled slashes.</summary>
    public required byte[] Path { get; init; }

    /// <summary>Permission bits.</summary>
    public uint Mode { get; init; }

    public uint UserId { get; init; }

    public uint GroupId { get; init; }

    /// <summary>Nanoseconds since 1970; so for <see cref="AccessedAt"/>.</summary>
    public long ModifiedAt { get; init; }

    public long AccessedAt { get; init; }

    /// <summary>Of a symlink: where it leads. Of a hard link: the path of an earlier file.</summary>
    public byte[]? Target { get; init; }

    public long Size { get; init; }

    /// <summary>Offset and length, by turns, of what is not a hole. The contents follow each other in the data file.</summary>
    public long[]? Extents { get; init; }

    public Attribute[]? Attributes { get; init; }

    internal sealed record Attribute(byte[] Name, byte[] Value);
}

/// <summary>First and last line of an index.</summary>
internal sealed record IndexFrame(int Format, long Entries = 0, long DataBytes = 0, bool IsEnd = false);
