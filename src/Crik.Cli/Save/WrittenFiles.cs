using Crik.Criu;
using Crik.Files;
using Crik.Store;

namespace Crik.Save;

/// <summary>Finds the files on volumes that a frozen tree has open for writing.</summary>
internal static class WrittenFiles
{
    /// <param name="inCheckpoint">Paths whose contents are in the checkpoint.</param>
    public static IReadOnlyList<WrittenFile> Read(FrozenTree tree, IReadOnlyList<string> inCheckpoint, IReadOnlyList<Mount> mounts)
    {
        Dictionary<string, WrittenFile> found = new(StringComparer.Ordinal);
        HashSet<string> read = new(StringComparer.Ordinal);
        foreach (OpenDescriptor file in tree.Open)
        {
            if (tree.PathSet.Contains(file.Target) && !(found.ContainsKey(file.Target) && read.Contains(file.Target))
                && Mount.Of(file.Target, mounts) is { } mount && !OwnFiles.IsOwn(file.Target, mounts) && !inCheckpoint.Any(root => PathNames.IsBelow(file.Target, root)))
            {
                UnixFileMode mode = ProcFs.OpenMode(file.Pid, file.Number);
                if (mode.HasFlag(UnixFileMode.UserRead))
                {
                    read.Add(file.Target);
                }

                if (mode.HasFlag(UnixFileMode.UserWrite) && !found.ContainsKey(file.Target) && StampOf(file, mount) is { } stamp)
                {
                    found.Add(file.Target, new WrittenFile(file.Target, stamp));
                }
            }
        }

        return [.. found.Values.Select(file => file with { IsRead = read.Contains(file.Path) })];
    }

    private static FileStamp? StampOf(OpenDescriptor file, Mount mount)
    {
        if (mount.Type.StartsWith("nfs", StringComparison.Ordinal))
        {
            // The server gives the time at which the data arrive, so they have to arrive before the time is read.
            using FileDescriptor? opened = Libc.TryOpen(file.Target, Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, 0, out _);
            if (opened is not null)
            {
                Libc.Sync(opened, file.Target);
            }
        }

        return ProcFs.StatusOf(file.Pid, file.Number) is not { IsRegular: true } status ? null
            : mount.Type.StartsWith("fuse", StringComparison.Ordinal) ? FileStamp.Of(status) with { Inode = null }
            : FileStamp.Of(status);
    }
}
