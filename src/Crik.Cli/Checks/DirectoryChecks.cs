using Crik.Checkpoints;
using Crik.Configuration;
using Crik.Inspection;
using Crik.Linux;

namespace Crik.Checks;

/// <summary>The image directory: is it there, whose is it, does it last, is there room, and how fast does it sync.</summary>
internal static class DirectoryChecks
{
    internal const string VolumeYaml =
        "env: [{name: CRIK_IMAGE_DIR, value: /checkpoints}]\nvolumeMounts: [{name: checkpoints, mountPath: /checkpoints}]   # and a volume of that name";
    internal const string GroupYaml = "# in the pod\nsecurityContext: {fsGroup: 1000}   # or the group of the user that crik runs as";
    internal const string WritableYaml = "volumeMounts: [{name: checkpoints, mountPath: /checkpoints, readOnly: false}]";

    private static readonly string[] s_networkTypes = ["nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "lustre", "beegfs"];

    /// <param name="isAllRead">Nothing is wrong with the configuration; else one that is not there may be what could not be read.</param>
    public static IEnumerable<Finding> Run(string? imageDir, TimeSpan gracePeriod, bool isAllRead)
    {
        Finding found = OfPlace(imageDir, isAllRead);
        yield return found;
        if (imageDir is null || found.Verdict == Verdict.Problem || !Directory.Exists(imageDir))
        {
            yield break;
        }

        yield return OfLock(imageDir);
        yield return OfFileSystem(Mount.ReadAll(), imageDir);
        yield return OfSpace(Libc.FreeBytes(imageDir), ProgramBytes());
        yield return SyncSpeed.Measure(imageDir, gracePeriod, ProgramBytes());
    }

    internal static Finding OfPlace(string? imageDir, bool isAllRead)
    {
        const string Name = "imageDir";
        if (imageDir is null && !isAllRead)
        {
            return new(Name, Verdict.Warning, "what could be read of the configuration sets no imageDir: it is looked at when the configuration is right");
        }

        if (imageDir is null)
        {
            return new(Name, Verdict.Problem, "imageDir is not set: the program runs without checkpoints", VolumeYaml);
        }

        if (CrikOptions.PathProblem(imageDir) is { } problem)
        {
            return new(Name, Verdict.Problem, $"imageDir {problem}");
        }

        FileIdentity? found = Libc.Identify(imageDir, followLinks: true);
        if (found is { IsDirectory: false })
        {
            return new(Name, Verdict.Problem, $"{imageDir} is no directory");
        }

        string place = imageDir;
        while (Libc.Identify(place, followLinks: true) is null)
        {
            place = Path.GetDirectoryName(place)!;
        }

        // Root may write to what it owns by its capabilities; a read-only file system is nobody's to write.
        return Libc.CheckWritable(place) switch
        {
            0 => Finding.Ok(Name, found is null ? $"{imageDir} is not there yet; it is made at the first start" : $"{imageDir} is there and can be written"),
            Errno.EROFS => new(Name, Verdict.Problem, $"{imageDir} is read-only", WritableYaml),
            int errno => new(Name, Verdict.Problem, $"{imageDir} cannot be written: {Errno.Text(errno)}; it has to belong to the user that crik runs as, or to a group of his", GroupYaml),
        };
    }

    internal static Finding OfLock(string imageDir)
    {
        try
        {
            return OfHolder(ImageDirectory.FindHolder(imageDir));
        }
        catch (IOException exception)
        {
            return new("lock", Verdict.Problem, $"{exception.Message}: no crik can use the directory; remove it, or mount a volume whose file system has locks");
        }
    }

    /// <param name="holder"><see langword="null"/> when nobody holds the lock.</param>
    internal static Finding OfHolder(LockHolder? holder) =>
        holder is null ? Finding.Ok("lock", "nobody uses the directory now")
        : holder.HostName == Environment.MachineName ? Finding.Ok("lock", $"the crik of this pod (pid {holder.Pid}) uses the directory")
        : new("lock", Verdict.Warning, $"{holder.HostName} uses the directory (since {holder.Since:u}): a crik here waits for it, for lockTimeout");

    internal static Finding OfFileSystem(IReadOnlyList<Mount> mounts, string imageDir)
    {
        const string Name = "fileSystem";
        Mount? mount = null;
        foreach (Mount candidate in mounts)
        {
            bool contains = candidate.MountPoint == "/" || imageDir == candidate.MountPoint || imageDir.StartsWith($"{candidate.MountPoint}/", StringComparison.Ordinal);
            mount = contains && candidate.MountPoint.Length >= (mount?.MountPoint.Length ?? 0) ? candidate : mount; // of two at one point the later hides the earlier
        }

        if (mount is null)
        {
            return new(Name, Verdict.Warning, "the mount of the image directory was not found");
        }

        string[] options = mount.SuperOptions.Split(',');
        return mount.MountPoint == "/" ? new(Name, Verdict.Warning, $"no volume is mounted at {imageDir}: checkpoints go away with the container", VolumeYaml)
            : mount.Type is "tmpfs" or "ramfs" ? new(Name, Verdict.Warning, $"{mount.Type} at {mount.MountPoint} is memory of this pod: checkpoints go away with it, and count as its memory", VolumeYaml)
            : mount.Type.StartsWith("nfs", StringComparison.Ordinal) && options.Any(option => option is "nolock" or "local_lock=all" or "local_lock=flock")
                ? new(Name, Verdict.Warning, $"{mount.Type} is mounted with nolock or local_lock: pods on different nodes do not see each other's lock; mount it without")
            : Finding.Ok(Name, $"{Words.Printable(mount.Type)} at {Words.Printable(mount.MountPoint)}{(s_networkTypes.Contains(mount.Type) ? "; the lock has to be carried between nodes" : "")}");
    }

    /// <param name="needed">What the program has in memory now; 0 when none runs here.</param>
    internal static Finding OfSpace(long free, long needed) => needed > free
        ? new("space", Verdict.Problem, $"{Words.Size(free)} are free, and the program has {Words.Size(needed)} in memory: a larger volume, or a lower keep")
        : Finding.Ok("space", $"{Words.Size(free)} are free{(needed > 0 ? $"; the program has {Words.Size(needed)} in memory" : "")}");

    /// <summary>Memory of everything in this PID namespace but crik and what runs this check.</summary>
    private static long ProgramBytes() => ProcFs.ResidentBytes(ProcFs.Tree(1).Where(task => task != 1 && task != Environment.ProcessId));
}
