namespace Crik.Files;

/// <summary>One file of an archive, and a line of its index. Names are bytes, in base64, because they need not be UTF-8.</summary>
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

    public UnixFileMode Mode { get; init; }

    public uint UserId { get; init; }

    public uint GroupId { get; init; }

    /// <summary>Nanoseconds since 1970, as is <see cref="AccessedAt"/>.</summary>
    public long ModifiedAt { get; init; }

    public long AccessedAt { get; init; }

    /// <summary>Where a symbolic link leads, or the path of the earlier file that a hard link is another name of.</summary>
    public byte[]? Target { get; init; }

    public long Size { get; init; }

    /// <summary>Offset and length, in turns, of each stretch that is not a hole. The stretches follow each other in the data file.</summary>
    public long[]? Extents { get; init; }

    public Attribute[]? Attributes { get; init; }

    /// <summary>How many bytes of the data file belong to this entry.</summary>
    public long DataBytes => (Extents ?? []).Select((number, i) => i % 2 == 0 ? 0 : number).Sum(length => length);

    /// <summary>Describes a directory, or what any other file has in common with one.</summary>
    public static FileEntry Describe(byte[] path, FileStatus status) => new()
    {
        Kind = Directory,
        Path = path,
        Mode = status.Permissions,
        UserId = status.UserId,
        GroupId = status.GroupId,
        ModifiedAt = status.ModifiedAt,
        AccessedAt = status.AccessedAt,
    };

    /// <summary>An extended attribute (<c>xattr(7)</c>).</summary>
    internal sealed record Attribute(byte[] Name, byte[] Value)
    {
        /// <returns><see langword="null"/> when the file has none.</returns>
        public static Attribute[]? ReadAll(FileDescriptor file)
        {
            IReadOnlyList<(byte[] Name, byte[] Value)> attributes = Libc.ReadAttributes(file);
            return attributes.Count == 0 ? null : [.. attributes.Select(attribute => new Attribute(attribute.Name, attribute.Value))];
        }
    }
}
