namespace Crik.Linux;

/// <summary>What <c>statx(2)</c> says about a file. Times are nanoseconds since 1970.</summary>
internal readonly record struct FileStatus
{
    public FileType Type { get; init; }

    public UnixFileMode Permissions { get; init; }

    public uint Links { get; init; }

    public uint UserId { get; init; }

    public uint GroupId { get; init; }

    public long Size { get; init; }

    public ulong Inode { get; init; }

    /// <summary>The device that the file is on.</summary>
    public DeviceNumber Device { get; init; }

    /// <summary>The device that the file is, if it is one.</summary>
    public DeviceNumber RawDevice { get; init; }

    public long ModifiedAt { get; init; }

    public long AccessedAt { get; init; }

    public long ChangedAt { get; init; }

    public bool IsDirectory => Type == FileType.Directory;

    public bool IsRegular => Type == FileType.Regular;

    public bool IsSymlink => Type == FileType.Symlink;

    public bool IsFifo => Type == FileType.Fifo;

    public bool IsSocket => Type == FileType.Socket;
}
