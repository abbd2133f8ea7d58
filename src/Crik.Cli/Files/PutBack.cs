namespace Crik.Files;

/// <summary>
/// Remembers what a restore of files made, so that a start without the checkpoint does not find it. Only what was not there before is
/// removed: a file that was replaced, for example on a volume, keeps the contents of the checkpoint, because keeping both would take the
/// room of all files twice.
/// </summary>
internal sealed class PutBack
{
    private readonly List<Made> _made = [];

    /// <summary>Notes a file or directory that the restore has just made under a name that was free.</summary>
    /// <param name="path">Its absolute path, below directories that lead there also when links are followed.</param>
    public void Add(FileDescriptor parent, ReadOnlySpan<byte> name, byte[] path)
    {
        if (Libc.Status(parent, name, followLinks: false) is { } status)
        {
            _made.Add(new Made(path, status.IsDirectory, status.Device, status.Inode));
        }
    }

    /// <summary>
    /// Removes what was made, the last first. What has been replaced since stays, and so does a directory that has something else in it.
    /// </summary>
    /// <returns>How many could not be removed, although they are still the ones that were made.</returns>
    public int Undo()
    {
        for (int i = _made.Count - 1; i >= 0; i--)
        {
            if (TryRemove(_made[i]))
            {
                _made.RemoveAt(i);
            }
        }

        return _made.Count;
    }

    private static bool TryRemove(Made made)
    {
        int slash = Array.LastIndexOf(made.Path, (byte)'/');
        ReadOnlySpan<byte> name = made.Path.AsSpan(slash + 1);
        try
        {
            using FileDescriptor? parent = DirectoryPath.TryOpen(made.Path.AsSpan(0, slash), followLinks: true, out int errno);
            return parent is null ? errno is Errno.ENOENT or Errno.ENOTDIR
                : Libc.Status(parent, name, followLinks: false) is not { } now || (now.Device, now.Inode, now.IsDirectory) != (made.Device, made.Inode, made.IsDirectory)
                || Libc.RemoveAt(parent, name, made.IsDirectory) is 0 or Errno.ENOENT;
        }
        catch (LinuxException)
        {
            return false;
        }
    }

    private readonly record struct Made(byte[] Path, bool IsDirectory, DeviceNumber Device, ulong Inode);
}
