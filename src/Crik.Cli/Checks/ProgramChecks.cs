using Crik.Configuration;
using Crik.Criu;
using Crik.Files;
using Crik.Proof;
using Crik.Save;
using Crik.Store;

namespace Crik.Checks;

/// <summary>Looks in the program that runs here for what prevents a checkpoint or makes a restore useless, so that the user knows it before SIGTERM comes.</summary>
internal static class ProgramChecks
{
    internal const string HideYaml = "env: [{name: CRIK_IO_URING, value: hide}]";
    internal const string ShareYaml = "env: [{name: CRIK_SHARE_SYSV_MEMORY, value: \"true\"}]   # or, where a process looks for it by its key:\n" + PrivilegeChecks.FullYaml;

    /// <param name="root">The first process of this container.</param>
    public static IEnumerable<Finding> Run(int root, CrikOptions options, PrivilegeLevel level)
    {
        int[] tasks = [.. ProcFs.Tree(root).Where(task => task != root && task != Environment.ProcessId)];
        if (tasks.Length == 0)
        {
            return [Finding.NotHere("program", "no program runs here now, so none was checked")];
        }

        bool isFull = level == PrivilegeLevel.Full;
        Finding?[] found =
        [
            OfRings(options.IoUring, [.. tasks.Where(HasRing)]),
            isFull || options.ShareSysvMemory ? null : OfSharedMemory([.. SysvTasks(tasks)]),
            isFull || IsFiltered("/proc/self") ? null : OfFilters([.. tasks.Where(HasFilter)]), // another check reports one that is on the whole container
            OfRestore(RestoreProof.Of(RunningProgram.Read(tasks, Streams(root)), NextPodOf(root, options), new Dictionary<string, string>(), [])),
            OfMappedFiles(MappedElsewhere(tasks)),
            OfDatabases(OwnDatabases.Find(tasks, Mount.ReadAll())),
        ];
        Finding[] walls = [.. found.OfType<Finding>()];
        return walls.Length > 0 ? walls
            : [Finding.Ok("program", $"the program uses no io_uring, System V shared memory or seccomp filter that prevents a checkpoint (processes checked: {tasks.Length})")];
    }

    internal static Finding? OfRings(IoUring ioUring, IReadOnlyList<int> tasks) =>
        Find("programIoUring", CriuLog.UsesIoUring, tasks, ioUring == IoUring.Allow ? HideYaml : PrivilegeChecks.FullYaml);

    internal static Finding? OfSharedMemory(IReadOnlyList<int> tasks) => Find("programSysv", CriuLog.UsesSysvMemory, tasks, ShareYaml);

    internal static Finding? OfFilters(IReadOnlyList<int> tasks) => Find("programSeccomp", CriuLog.IsFiltered, tasks, PrivilegeChecks.FullYaml);

    /// <summary>A checkpoint of such a program is refused at every level.</summary>
    internal static Finding? OfRestore(Crik.Proof.Verdict verdict) => verdict.IsGood ? null : new("programRestore", Verdict.Warning, $"no checkpoint would be made: {verdict.Text()}");

    internal static Finding? OfMappedFiles(IReadOnlyList<string> paths) => paths.Count == 0 ? null
        : new("programMapped", Verdict.Warning, $"{CriuLog.HasMappedElsewhere} ({string.Join(", ", paths.Select(ByteStrings.Printable))})");

    internal static Finding? OfDatabases(IReadOnlyList<string> paths) => paths.Count == 0 ? null
        : new("programDatabase", Verdict.Warning, $"{OwnDatabases.Meaning} ({string.Join(", ", paths.Select(ByteStrings.Printable))})");

    /// <summary>What the streams of the container lead to.</summary>
    private static IEnumerable<string> Streams(int root) => ((int[])[0, 1, 2]).Select(stream => ProcFs.Link($"/proc/{root}/fd/{stream}")).OfType<string>();

    private static NextPod NextPodOf(int root, CrikOptions options)
    {
        IReadOnlyList<Mount> mounts = Mount.ReadAll();
        string[] trees = [.. options.AdditionalPaths, .. options.ImageDir is { } directory ? (string[])[directory] : []];
        bool IsSaved(string path) => path == Environment.ProcessPath || trees.Any(tree => PathNames.IsBelow(path, tree))
            || (OwnFiles.IsOwn(path, mounts) && Libc.TryStatus(path, followLinks: false) is { Type: FileType.Regular or FileType.Fifo or FileType.Directory or FileType.Symlink });

        return new NextPod(mounts, firstMounts: null, ContainerAge.SinceStartOf(root), IsSaved, Machine.Addresses());
    }

    private static Finding? Find(string name, string meaning, IReadOnlyList<int> tasks, string yaml) => tasks.Count == 0 ? null
        : new(name, Verdict.Warning, $"{meaning} ({Describe(tasks[0])}{(tasks.Count > 1 ? $" and {tasks.Count - 1} more" : "")})", yaml);

    private static string Describe(int task) => $"process {task}, {ProcFs.Lines($"/proc/{task}/comm").FirstOrDefault("gone")}";

    private static bool HasRing(int task) => ProcFs.OpenFiles(task).Any(file => file.Target == "anon_inode:[io_uring]");

    /// <summary>Finds the processes that have a segment attached. Other segments may belong to another container.</summary>
    private static IEnumerable<int> SysvTasks(int[] tasks) => ProcFs.Lines("/proc/sysvipc/shm").Length <= 1 ? [] // the first line has the titles
        : tasks.Where(task => ProcFs.Lines($"/proc/{task}/maps").Any(line => line.Contains(" /SYSV", StringComparison.Ordinal)));

    /// <summary>Finds mapped files with a name whose mount is not in this mount namespace. The kernel tells it only to a process with CHECKPOINT_RESTORE.</summary>
    private static string[] MappedElsewhere(int[] tasks)
    {
        string? here = ProcFs.Link("/proc/self/ns/mnt");
        HashSet<ulong> mounts = [.. Mount.ReadAll().Select(mount => (ulong)mount.Id)];
        return
        [
            .. tasks.Where(task => ProcFs.Link($"/proc/{task}/ns/mnt") == here)
                .SelectMany(task => ProcFs.MappedFiles(task).Where(file => !file.IsDeleted).DistinctBy(file => file.Path)
                    .Where(file => Libc.TryStatus($"/proc/{task}/map_files/{file.Range}", followLinks: true) is { } status && !mounts.Contains(status.MountId)))
                .Select(file => file.Path).Distinct(),
        ];
    }

    private static bool HasFilter(int task) => ProcFs.Threads(task).Any(thread => IsFiltered($"/proc/{task}/task/{thread}"));

    private static bool IsFiltered(string directory) => ProcFs.Lines($"{directory}/status").Contains("Seccomp:\t2");
}
