using Crik.Files;

namespace Crik.Store;

/// <summary>
/// A file on a volume that the program had open for writing at the checkpoint. Its contents are not in the checkpoint, so they must still
/// be the same when the program's memory comes back.
/// </summary>
internal sealed record WrittenFile(string Path, FileStamp Stamp)
{
    /// <summary>Whether the program can also read the file. Then it must have the same size at a restore. The manifest does not have this.</summary>
    public bool IsRead { get; init; }
}
