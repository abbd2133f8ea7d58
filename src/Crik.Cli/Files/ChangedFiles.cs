namespace Crik.Files;

/// <summary>Finds the files that were made or changed in a container's own layer, without searching the whole image.</summary>
internal static class ChangedFiles
{
    /// <returns>An empty list when the root file system is not a writable overlayfs.</returns>
    public static IReadOnlyList<ChangedFile> Find(IReadOnlyList<Mount> mounts, Lifetime lifetime, CancellationToken cancellationToken)
    {
        if (Mount.Of("/", mounts) is not { Type: "overlay", IsReadOnly: false })
        {
            return [];
        }

        FileDescriptor root = Libc.Open("/", Libc.O_RDONLY | Libc.O_DIRECTORY);
        return Find(root, "", [.. mounts.Select(mount => mount.MountPoint)], lifetime, cancellationToken);
    }

    /// <param name="top">The directory to search. This method closes it.</param>
    /// <param name="prefix">The path of <paramref name="top"/>, with which all found paths begin.</param>
    /// <param name="leaveOut">Paths to leave out, because other file systems are mounted there.</param>
    internal static IReadOnlyList<ChangedFile> Find(
        FileDescriptor top, string prefix, HashSet<string> leaveOut, Lifetime lifetime, CancellationToken cancellationToken)
    {
        List<ChangedFile> found = [];
        using TreeWalk walk = new();
        walk.Enter(top, ByteStrings.Encode(prefix), isElsewhere: true);
        while (walk.Next() is { } name)
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] bytes = walk.PathOf(name);
            string path = ByteStrings.Decode(bytes);
            if (leaveOut.Contains(path) || Libc.Status(walk.Directory, name, followLinks: false) is not { } status)
            {
                continue;
            }

            if (lifetime.Has(status.ChangedAt, before: 0))
            {
                found.Add(new ChangedFile(path, status));
            }

            // Below a path that is too long for a system call every path is too long, and none can be saved.
            if (status.IsDirectory && lifetime.MayHaveChangesBelow(status) && bytes.Length <= ArchiveLimits.LongestPathOfACall
                && Libc.TryOpenAt(walk.Directory, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, UnixFileMode.None, out _) is { } below)
            {
                walk.Enter(below, bytes, isElsewhere: false);
            }
        }

        return found;
    }
}

/// <summary>A file of the container's own layer.</summary>
internal sealed record ChangedFile(string Path, FileStatus Status);
