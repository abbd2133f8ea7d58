using Crik.Configuration;
using Crik.Inspection;
using Crik.Store;

namespace Crik.Checks;

/// <summary>Checks the image directory: whether it is writable and lasts, its lock, its room and its speed.</summary>
internal static class DirectoryChecks
{
    internal const string VolumeYaml =
        "env: [{name: CRIK_IMAGE_DIR, value: /checkpoints}]\nvolumeMounts: [{name: checkpoints, mountPath: /checkpoints}]   # and a volume of that name";
    internal const string GroupYaml = "# in the pod\nsecurityContext: {fsGroup: 1000}   # or the group of the user that crik runs as";
    internal const string WritableYaml = "volumeMounts: [{name: checkpoints, mountPath: /checkpoints, readOnly: false}]";

    private static readonly string[] s_networkTypes = ["nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "lustre", "beegfs"];

    /// <param name="isAllRead">Whether the whole configuration could be read. If not, imageDir may be in the part that could not.</param>
    public static IEnumerable<Finding> Run(string? imageDir, TerminationPolicy policy, bool isAllRead)
    {
        Finding found = OfPlace(imageDir, isAllRead);
        return imageDir is null || found.Verdict == Verdict.Problem || !Directory.Exists(imageDir) ? [found] :
        [
            found, SlotLayout.IsPool(imageDir) ? OfSlots(imageDir) : OfLock(imageDir), OfFileSystem(Mount.ReadAll(), imageDir), OfSpace(Libc.FreeBytes(imageDir), ProgramBytes()),
            SyncSpeed.Measure(imageDir, policy, ProgramBytes()),
        ];
    }

    internal static Finding OfPlace(string? imageDir, bool isAllRead)
    {
        const string Name = "imageDir";
        if (imageDir is null)
        {
            return isAllRead ? new(Name, Verdict.Problem, "imageDir is not set: the program runs without checkpoints", VolumeYaml)
                : new(Name, Verdict.Warning, "no imageDir is set in what could be read of the configuration: correct the configuration first");
        }

        if (OptionValues.PathProblem(imageDir) is { } problem)
        {
            return new(Name, Verdict.Problem, $"imageDir {problem}");
        }

        FileStatus? found = Libc.TryStatus(imageDir, followLinks: true);
        if (found is { IsDirectory: false })
        {
            return new(Name, Verdict.Problem, $"{imageDir} is not a directory");
        }

        string place = imageDir;
        while (Libc.TryStatus(place, followLinks: true) is null)
        {
            place = Path.GetDirectoryName(place)!;
        }

        // Root may write everywhere by its capabilities, but nobody may write to a read-only file system.
        return Libc.CheckWritable(place) switch
        {
            0 => Finding.Ok(Name, found is null ? $"{imageDir} does not exist yet; crik makes it at the first start" : $"{imageDir} exists and is writable"),
            Errno.EROFS => new(Name, Verdict.Problem, $"{imageDir} is read-only", WritableYaml),
            int errno => new(Name, Verdict.Problem, $"{imageDir} is not writable: {Errno.Text(errno)}; it must belong to the user that crik runs as, or to one of his groups", GroupYaml),
        };
    }

    internal static Finding OfLock(string imageDir)
    {
        try
        {
            return OfHolder(ImageDirectory.FindHolder(imageDir));
        }
        catch (LinuxException exception)
        {
            return new("lock", Verdict.Problem, $"{imageDir} cannot be locked, so no crik can use it ({exception.Message}): mount a volume whose file system has locks");
        }
        catch (IOException exception)
        {
            return new("lock", Verdict.Problem, $"{Faults.Reason(exception)}, so no crik can use the directory: remove it");
        }
    }

    /// <param name="holder"><see langword="null"/> when nobody holds the lock.</param>
    internal static Finding OfHolder(LockHolder? holder) =>
        holder is null ? Finding.Ok("lock", "no crik uses the directory now")
        : holder.HostName == Environment.MachineName ? Finding.Ok("lock", $"the crik of this pod (pid {holder.Pid}) uses the directory")
        : new("lock", Verdict.Warning, $"{holder.HostName} uses the directory (since {holder.Since:u}): a crik that starts here waits for it, at most lockTimeout");

    /// <summary>Counts the slots of a pool. Their locks are of one file system, so the first that cannot be locked explains all.</summary>
    internal static Finding OfSlots(string imageDir)
    {
        int free = 0, used = 0;
        foreach (int number in SlotLayout.Numbers(imageDir))
        {
            Finding found = OfLock(SlotLayout.SlotIn(imageDir, number));
            if (found.Verdict == Verdict.Problem)
            {
                return found with { Name = "slots" };
            }

            _ = ImageDirectory.FindHolder(SlotLayout.SlotIn(imageDir, number)) is null ? free++ : used++;
        }

        return Finding.Ok("slots", $"{used} slots are in use, and {free} are not; 'crik list' shows what is in them");
    }

    internal static Finding OfFileSystem(IReadOnlyList<Mount> mounts, string imageDir)
    {
        const string Name = "fileSystem";
        if (Mount.Of(imageDir, mounts) is not { } mount)
        {
            return new(Name, Verdict.Warning, "the mount of the image directory was not found");
        }

        string[] options = mount.SuperOptions.Split(',');
        return mount.MountPoint == "/" ? new(Name, Verdict.Warning, $"no volume is mounted at {imageDir}: checkpoints are deleted with the container", VolumeYaml)
            : mount.Type is "tmpfs" or "ramfs" ? new(Name, Verdict.Warning, $"{mount.Type} at {mount.MountPoint} is memory of this pod: checkpoints are deleted with it, and count against its memory limit", VolumeYaml)
            : KeepsLocksToItself(mount.Type, options)
                ? new(Name, Verdict.Warning, "NFSv3 is mounted with nolock or local_lock, so pods on different nodes do not see each other's lock: mount it without, or as NFSv4")
            : Finding.Ok(Name, $"{Words.Printable(mount.Type)} at {Words.Printable(mount.MountPoint)}{(s_networkTypes.Contains(mount.Type) ? "; it must carry locks between nodes" : "")}");
    }

    /// <summary>NFSv4 has locks in its protocol and ignores these options. NFSv3 needs lockd, which they switch off (man 5 nfs).</summary>
    private static bool KeepsLocksToItself(string type, string[] options) =>
        type == "nfs" && !options.Any(option => option.StartsWith("vers=4", StringComparison.Ordinal))
        && options.Any(option => option is "nolock" or "local_lock=all" or "local_lock=flock");

    /// <param name="needed">The memory of the program that runs here, in bytes; 0 when none runs.</param>
    internal static Finding OfSpace(long free, long needed) => needed > free
        ? new("space", Verdict.Problem, $"only {Words.Size(free)} are free, but the program has {Words.Size(needed)} in memory: use a larger volume, or a lower keep")
        : Finding.Ok("space", $"{Words.Size(free)} are free{(needed > 0 ? $"; the program has {Words.Size(needed)} in memory" : "")}");

    /// <summary>Adds up the memory of all processes in this PID namespace but crik and this check.</summary>
    private static long ProgramBytes() => ProcFs.ResidentBytes(ProcFs.Tree(1).Where(task => task != 1 && task != Environment.ProcessId));
}
