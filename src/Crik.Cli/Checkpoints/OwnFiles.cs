using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>
/// What the next container will not have: files that the tree has open, mapped or watched, and all that was changed in the
/// container's layer since crik started, on file systems that begin anew with a container. It goes along with a checkpoint
/// without being asked for; volumes, and what the image has, do not.
/// </summary>
/// <param name="Files">Files to copy.</param>
/// <param name="Places">Directories that have to be there, those above others first.</param>
/// <param name="LeftOut">What was changed and is too much, in words.</param>
internal sealed record OwnFiles(IReadOnlyList<string> Files, IReadOnlyList<string> Places, string? LeftOut)
{
    /// <summary>The clock of the kernel for files is a coarse one.</summary>
    private const long Tolerance = 20_000_000;

    /// <param name="held">Files and directories that the tree has open, mapped or watched, or works in.</param>
    /// <param name="changed">What was changed in the container's layer.</param>
    /// <param name="limit">Bytes of files that were changed and are not held, at most.</param>
    /// <param name="leaveAlone">Paths that are copied anyhow, or have no place in a checkpoint.</param>
    public static OwnFiles Choose(
        IEnumerable<string> held, IEnumerable<ChangedFile> changed, long limit,
        IReadOnlyList<string> leaveAlone, IReadOnlyList<Mount> mounts, Lifetime lifetime, Func<string, FileStatus?> status)
    {
        SortedSet<string> files = new(StringComparer.Ordinal);
        SortedSet<string> places = new(StringComparer.Ordinal);
        HashSet<string> looked = [];
        foreach (string path in held.Where(IsCandidate))
        {
            if (status(path) is { IsDirectory: false } file && (file.IsRegular || file.IsFifo) && IsYoung(file))
            {
                files.Add(path);
            }

            // Above a deleted file, and a socket, there are only directories to care for.
            for (string? place = path; place is not null && looked.Add(place) && IsOwn(place, mounts); place = Path.GetDirectoryName(place))
            {
                if (status(place) is { IsDirectory: true } directory && IsYoung(directory))
                {
                    places.Add(place);
                }
            }
        }

        ChangedFile[] closed = limit == 0 ? [] : [.. changed.Where(item => IsCandidate(item.Path) && IsYoung(item.Status))];
        places.UnionWith(closed.Where(item => item.Status.IsDirectory).Select(item => item.Path));
        ChangedFile[] bySize =
            [.. closed.Where(item => (item.Status.IsRegular || item.Status.IsFifo || item.Status.IsSymlink) && !files.Contains(item.Path)).OrderBy(item => item.Status.Size)];
        long total = 0;
        int taken = 0;
        for (; taken < bySize.Length && total + bySize[taken].Status.Size <= limit; taken++)
        {
            total += bySize[taken].Status.Size;
            files.Add(bySize[taken].Path);
        }

        return new OwnFiles([.. files], [.. places], taken == bySize.Length ? null : Describe(bySize[taken..]));

        bool IsCandidate(string path) => IsOwn(path, mounts) && !leaveAlone.Any(root => IsBelow(path, root));

        bool IsYoung(FileStatus file) => lifetime.Has(file.ChangedAt, Tolerance);
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

    private static string Describe(ChangedFile[] left) =>
        $"{left.Length} files that were changed in the container, {left.Sum(item => item.Status.Size) >> 20} MiB, are not in the checkpoint, for they are more than "
        + $"containerFilesLimit; the largest is {left[^1].Path}. Put them on a volume, or raise it";
}
