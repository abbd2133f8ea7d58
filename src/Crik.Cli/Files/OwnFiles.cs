namespace Crik.Files;

/// <summary>
/// Chooses the files that the next container will not have and that a checkpoint therefore copies without configuration. These are files
/// that the tree has open, mapped or watched, and files that were changed in the container's layer since crik started. Only file systems
/// that are new in each container count: neither volumes nor files of the image are copied.
/// </summary>
/// <param name="Files">The files to copy.</param>
/// <param name="Places">The directories that a restore has to make, parents first.</param>
/// <param name="LeftOut">Explains which changed files are not copied; <see langword="null"/> when all are.</param>
internal sealed record OwnFiles(IReadOnlyList<string> Files, IReadOnlyList<string> Places, string? LeftOut)
{
    /// <summary>The nanoseconds by which a change time may be too early, because the kernel takes it from a coarse clock.</summary>
    private const long Tolerance = 20_000_000;

    /// <param name="held">Files and directories that the tree has open, mapped or watched, and its working directories.</param>
    /// <param name="changed">Files that were changed in the container's layer.</param>
    /// <param name="limit">How many bytes the changed files that are not held may have together.</param>
    /// <param name="leaveAlone">Paths that are copied anyway, or that do not belong in a checkpoint.</param>
    public static OwnFiles Choose(
        IEnumerable<string> held, IEnumerable<ChangedFile> changed, long limit,
        IReadOnlyList<string> leaveAlone, IReadOnlyList<Mount> mounts, Lifetime lifetime, Func<string, FileStatus?> status)
    {
        SortedSet<string> files = new(StringComparer.Ordinal);
        SortedSet<string> places = new(StringComparer.Ordinal);
        HashSet<string> looked = [];
        foreach (string path in held.Where(path => IsCandidate(path) && !IsTooLong(path)))
        {
            if (status(path) is { IsDirectory: false } file && (file.IsRegular || file.IsFifo) && IsYoung(file))
            {
                files.Add(path);
            }

            // Of a deleted file and of a socket, only the directories above are needed.
            for (string? place = path; place is not null && looked.Add(place) && IsOwn(place, mounts); place = Path.GetDirectoryName(place))
            {
                if (status(place) is { IsDirectory: true } directory && IsYoung(directory))
                {
                    places.Add(place);
                }
            }
        }

        ChangedFile[] young = limit == 0 ? [] : [.. changed.Where(item => IsCandidate(item.Path) && IsYoung(item.Status))];
        ChangedFile[] tooLong = [.. young.Where(item => IsTooLong(item.Path))];
        ChangedFile[] closed = [.. young.Where(item => !IsTooLong(item.Path))];
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

        string[] leftOut = [.. tooLong.Length == 0 ? [] : (string[])[Describe(tooLong)], .. taken == bySize.Length ? [] : (string[])[DescribeLarge(bySize[taken..])]];
        return new OwnFiles([.. files], [.. places], leftOut.Length == 0 ? null : string.Join(". ", leftOut));

        bool IsCandidate(string path) => IsOwn(path, mounts) && !leaveAlone.Any(root => PathNames.IsBelow(path, root));

        bool IsYoung(FileStatus file) => OwnFiles.IsYoung(file, lifetime);
    }

    /// <summary>Whether a file was made or changed in this container, so that the image has no such file.</summary>
    public static bool IsYoung(FileStatus file, Lifetime lifetime) => lifetime.Has(file.ChangedAt, Tolerance);

    /// <summary>Whether a path is on a file system that is new in each container or pod: the root, a tmpfs or an emptyDir volume.</summary>
    public static bool IsOwn(string path, IReadOnlyList<Mount> mounts)
    {
        const string EmptyDirectory = "/kubernetes.io~empty-dir/"; // part of the path in the kubelet's directory for a pod
        return path != "/" && !PathNames.IsBelow(path, "/proc") && !PathNames.IsBelow(path, "/sys") && (!PathNames.IsBelow(path, "/dev") || PathNames.IsBelow(path, "/dev/shm"))
            && Mount.Of(path, mounts) is { IsReadOnly: false } mount && mount.MountPoint != path
            && (mount.MountPoint == "/" || mount.Type == "tmpfs" || mount.Root.Contains(EmptyDirectory, StringComparison.Ordinal));
    }

    /// <summary>
    /// Whether a path is too long for a system call, so that neither crik nor criu could put the file back. A char has at most three bytes.
    /// </summary>
    private static bool IsTooLong(string path) =>
        path.Length * 3 > ArchiveLimits.LongestPathOfACall && ByteStrings.Encode(path).Length > ArchiveLimits.LongestPathOfACall;

    private static string Describe(ChangedFile[] tooLong) =>
        $"{tooLong.Length} files that were changed in the container are not in the checkpoint, because their paths have more than "
        + $"{ArchiveLimits.LongestPathOfACall} bytes; the first begins with {tooLong[0].Path[..200]}";

    private static string DescribeLarge(ChangedFile[] left) =>
        $"{left.Length} files that were changed in the container, {left.Sum(item => item.Status.Size) >> 20} MiB, are not in the checkpoint, for they are more than "
        + $"containerFilesLimit; the largest is {left[^1].Path}. Put them on a volume, or raise it";
}
