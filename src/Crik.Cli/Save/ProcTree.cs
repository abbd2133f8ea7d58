using Crik.Criu;
using Crik.Diagnostics;
using Crik.Files;
using Crik.Init;

namespace Crik.Save;

/// <summary>Reads and changes the program's tree through /proc and signals.</summary>
/// <param name="watchedPaths">The paths at which to look first for the files of inotify watches.</param>
internal sealed class ProcTree(PrivilegeLevel level, StandardStreams streams, IReadOnlyList<string> watchedPaths) : ITree
{
    private readonly HashSet<string> _named = [];

    public IReadOnlyList<int> Tasks(int root) => ProcFs.Tree(root);

    public long ResidentBytes(IReadOnlyList<int> tasks) => ProcFs.ResidentBytes(tasks);

    /// <summary>
    /// Finds two things that criu saves but cannot restore: a network namespace of a child (pstree.c), and, if /proc/sys is not writable, a
    /// host name (uts_ns.c).
    /// </summary>
    public string? Objection(IReadOnlyList<int> tasks)
    {
        if (level != PrivilegeLevel.Full || tasks.Count == 0)
        {
            return null;
        }

        static string? Namespace(int task, string kind) => ProcFs.Link($"/proc/{task}/ns/{kind}");
        string? network = Namespace(tasks[0], "net");
        string? host = Libc.CheckWritable("/proc/sys/kernel/hostname") == 0 ? null : Namespace(Environment.ProcessId, "uts");
        bool IsApart(int task) => (Namespace(task, "net") ?? network) != network || (host is not null && (Namespace(task, "uts") ?? host) != host);
        return tasks.FirstOrDefault(IsApart) is > 0 and { } apart ? $"{CriuLog.IsInOwnNamespace} (process {apart})" : null;
    }

    public void Advise(IReadOnlyList<int> tasks)
    {
        foreach (string path in OwnDatabases.Find(tasks, Mount.ReadAll()).Where(_named.Add))
        {
            Log.Warning(Event.DatabaseNotOnVolume, OwnDatabases.Meaning, ("path", ByteStrings.Printable(path)));
        }
    }

    public IReadOnlyList<int> Stopped(IReadOnlyList<int> tasks) => [.. tasks.Where(task => ProcFs.State($"/proc/{task}/stat") == 'T')];

    public FrozenTree Read(int root, IReadOnlyList<int> stopped)
    {
        if (level == PrivilegeLevel.Basic && (ProcFs.Lines("/proc/sysvipc/sem").Length > 1 || ProcFs.Lines("/proc/sysvipc/msg").Length > 1)) // the first line has the titles
        {
            // They belong to the pod and to no process. criu sees them only if the tree has its own IPC namespace.
            Log.Warning(Event.SysvObjectsNotSaved,
                "System V semaphores and message queues are not saved; if they are the program's, add the capabilities SYS_ADMIN, NET_ADMIN and SYS_TIME");
        }

        return FrozenTree.Read(root, streams, stopped);
    }

    public InotifyWatches TakeOffWatches(FrozenTree tree, Deadline atMost) => InotifyWatches.TakeOff(tree, watchedPaths, atMost);

    public IReadOnlyList<SocketFile> FindSocketFiles(FrozenTree tree, Lifetime lifetime, Deadline atMost) =>
        SocketFile.Find(tree, lifetime.MayHaveChangesBelow, atMost);

    public void PutOnWatches(InotifyWatches watches) => InotifyWatches.PutOn(watches);

    public RenamedFiles LinkRenamed(FrozenTree tree, Deadline atMost) => RenamedFiles.Link(tree, atMost);

    public void DropUndelivered(FrozenTree tree) => Undelivered.Drop(tree);

    public bool TryHold(FrozenTree tree) => tree.TryHold();

    public void LetGo(FrozenTree tree) => tree.LetGo();

    public bool HasLostOne(FrozenTree tree) => tree.HasLostOne();

    public void Kill(FrozenTree tree) => FrozenTree.Send(Signal.SIGKILL, tree.Tasks);
}
