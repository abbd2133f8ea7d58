namespace Crik.Files;

/// <summary>
/// Tells whether a file may have changed since the checkpoint. The device is not part of the stamp, because the next pod may mount the same
/// volume under another device number.
/// </summary>
/// <param name="Size">In bytes.</param>
/// <param name="ModifiedNs">When the contents were last changed, in nanoseconds since 1970.</param>
/// <param name="Inode"><see langword="null"/> where the file system does not keep the number, for example on a file system in user space.</param>
internal readonly record struct FileStamp(long Size, long ModifiedNs, ulong? Inode)
{
    public static FileStamp Of(FileStatus status) => new(status.Size, status.ModifiedAt, status.Inode);

    /// <summary>Compares the file at the checkpoint, which is this one, with the file now.</summary>
    public FileChange ChangeTo(FileStamp now) =>
        Inode is { } then && now.Inode is { } later && then != later ? FileChange.Replaced
        : Size != now.Size ? FileChange.Resized
        : ModifiedNs != now.ModifiedNs ? FileChange.Modified
        : FileChange.None;
}

/// <summary>How a file differs from the file at the checkpoint. If several differences apply, the first of them counts.</summary>
internal enum FileChange
{
    None,

    /// <summary>Another file has its name now.</summary>
    Replaced,

    /// <summary>It has another size.</summary>
    Resized,

    /// <summary>It has the same size, and something wrote to it.</summary>
    Modified,
}
