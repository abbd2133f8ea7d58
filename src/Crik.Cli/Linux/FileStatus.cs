namespace Crik.Linux;

/// <summary>What <c>statx(2)</c> says about a file. Times are nanoseconds since 1970.</summary>
/// <param name="Device">The device that the file is on.</param>
/// <param name="RawDevice">The device that the file is, if it is one.</param>
/// <param name="MountId">The mount that it was found on, as <see cref="Mount.Id"/>.</param>
internal readonly record struct FileStatus(
    FileType Type, UnixFileMode Permissions, uint Links, uint UserId, uint GroupId, long Size, ulong Inode,
    DeviceNumber Device, DeviceNumber RawDevice, long ModifiedAt, long AccessedAt, long ChangedAt, ulong MountId)
{
    public bool IsDirectory => Type == FileType.Directory;

    public bool IsRegular => Type == FileType.Regular;

    public bool IsSymlink => Type == FileType.Symlink;

    public bool IsFifo => Type == FileType.Fifo;

    public bool IsSocket => Type == FileType.Socket;
}

/// <summary>The type bits of <c>st_mode</c> (inode(7)).</summary>
internal enum FileType : uint
{
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    Regular = 0x8000,
    Symlink = 0xA000,
    Socket = 0xC000,
}
