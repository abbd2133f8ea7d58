using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>
/// What the tree holds on to and the next container will not have: files that are open, mapped or watched and came to be,
/// or were changed, since the container started, on file systems that are the container's own. They go along with a
/// checkpoint without being asked for; volumes, and what the image has, do not.
/// </summary>
/// <param name="Files">Files to copy.</param>
/// <param name="Places">Directories that have to be there, those above others first.</param>
internal sealed record OwnFiles(IReadOnlyList<string> Files, IReadOnlyList<string> Places)
{
    /// <summary>How much older than crik a file may look: what a container's runtime and entry point take, and the kernel's coarse clock.</summary>
    private const long Tolerance = 1_000_000_000;

    /// <param name="held">Files and directories that the tree has open, mapped or watched, or works in.</param>
    /// <param name="additional">Paths that are copied anyhow.</param>
    /// <param name="since">When crik started, in nanoseconds since 1970.</param>
    public static OwnFiles Choose(
        IEnumerable<string> held, IReadOnlyList<string> additional, IReadOnlyList<Mount> mounts, long since, Func<string, FileStatus?> status)
    {
        SortedSet<string> files = new(StringComparer.Ordinal);
        SortedSet<string> places = new(StringComparer.Ordinal);
        HashSet<string> looked = [];
        foreach (string path in held)
        {
            if (additional.Any(root => IsBelow(path, root.TrimEnd('/'))) || !IsOwn(path, mounts))
            {
                continue;
            }

            bool isFile = status(path) is { IsDirectory: false } file && (file.IsRegular || file.IsFifo) && file.ChangedAt >= since - Tolerance;
            if (isFile)
            {
                files.Add(path);
            }

            // Above a deleted file, and a socket, there are only directories to care for.
            for (string? place = path; place is not null && looked.Add(place) && IsOwn(place, mounts); place = Path.GetDirectoryName(place))
            {
                if (status(place) is { IsDirectory: true } directory && directory.ChangedAt >= since - Tolerance)
                {
                    places.Add(place);
                }
            }
        }

        return new OwnFiles([.. files], [.. places]);
    }

    /// <summary>Whether a path is on a file system that begins anew with each container: its root, and those in memory.</summary>
    public static bool IsOwn(string path, IReadOnlyList<Mount> mounts)
    {
        const string EmptyDirectory = "/kubernetes.io~empty-dir/"; // of the kubelet's directory for a pod
        return path != "/" && !IsBelow(path, "/proc") && !IsBelow(path, "/sys") && (!IsBelow(path, "/dev") || IsBelow(path, "/dev/shm"))
            && Mount.Of(path, mounts) is { IsReadOnly: false } mount && mount.MountPoint != path
            && (mount.MountPoint == "/" || mount.Type == "tmpfs" || mount.Root.Contains(EmptyDirectory, StringComparison.Ordinal));
    }

    public static bool IsBelow(string path, string root) => path == root || path.StartsWith($"{root}/", StringComparison.Ordinal);
}
