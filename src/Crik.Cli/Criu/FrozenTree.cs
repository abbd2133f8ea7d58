using Crik.Criu.Images;
using Crik.Init;

namespace Crik.Criu;

/// <summary>Holds what crik reads about the program's tree while criu keeps it frozen and before criu dumps it.</summary>
internal sealed class FrozenTree
{
    /// <summary>The processes of the tree, with the root first.</summary>
    public required IReadOnlyList<int> Tasks { get; init; }

    /// <summary>The processes that are no zombies.</summary>
    public required IReadOnlyList<int> Living { get; init; }

    /// <summary>The processes that job control had stopped before the save.</summary>
    public IReadOnlyList<int> Stopped { get; init; } = [];

    /// <summary>Every PID that must be free for a restore.</summary>
    public required IReadOnlyList<int> Pids { get; init; }

    /// <summary>All descriptors of the processes. crik reads them only once, because a tree may have very many.</summary>
    public IReadOnlyList<OpenDescriptor> Open { get; init; } = [];

    public IReadOnlyList<StdioLink> Stdio { get; init; } = [];

    public IReadOnlyList<MessageQueueEntry> Queues { get; init; } = [];

    /// <summary>criu's <c>--external</c> entries for files that belong to the container and not to the tree.</summary>
    public IReadOnlyList<string> External { get; init; } = [];

    /// <summary>The plain files that the tree has open or mapped, and its working directories.</summary>
    public IReadOnlyList<string> Paths
    {
        get;
        init => (field, PathSet) = (value, new HashSet<string>(value, StringComparer.Ordinal));
    } = [];

    /// <summary>What the kernel says about each process and thread, for a comparison after the restore.</summary>
    public TreeTraits? Traits { get; init; }

    /// <summary>The same as <see cref="Paths"/>, for fast lookups.</summary>
    public IReadOnlySet<string> PathSet { get; private init; } = new HashSet<string>();

    /// <summary>The paths of bound sockets, and of deleted files that are still open. A restore needs the directories above them.</summary>
    public IReadOnlyList<string> Shadows { get; init; } = [];

    /// <summary>The files that are open or mapped under a name that was removed and that may have another one, by the removed name.</summary>
    public IReadOnlyDictionary<string, RemovedFile> Removed { get; init; } = new Dictionary<string, RemovedFile>();

    /// <summary>The sockets that are bound to paths.</summary>
    public IReadOnlyList<BoundSocket> Sockets { get; init; } = [];

    public static FrozenTree Read(int root, StandardStreams streams, IReadOnlyList<int> stopped)
    {
        IReadOnlyList<int> tasks = ProcFs.Tree(root);
        SortedSet<int> pids = [];
        List<int> living = [];
        List<int> threads = [];
        foreach (int task in tasks)
        {
            (int group, int session, char state) = ProcFs.Membership(task);
            IReadOnlyList<int> ofTask = ProcFs.Threads(task);
            if (state != 'Z')
            {
                living.Add(task);
                threads.AddRange(ofTask);
            }

            pids.UnionWith(ofTask);
            pids.UnionWith([task, group, session]);
        }

        pids.RemoveWhere(pid => pid <= 1); // a group or session outside this namespace reads as 0
        List<OpenDescriptor> open =
            [.. tasks.SelectMany(task => ProcFs.OpenFiles(task).Select(file => new OpenDescriptor(task, file.Descriptor, file.Target)))];
        int[] given = [.. ((int[])[0, 1, 2]).Where(streams.WasGiven)];
        List<StdioLink> stdio = [.. given.Select(stream => Describe(stream, open)).OfType<StdioLink>()];
        IReadOnlyList<OpenDescriptor> openQueues = MessageQueues.Find(open);
        IReadOnlyList<MessageQueueEntry> queues = MessageQueues.Read(openQueues);
        HashSet<DescriptorHolder> outside = [.. stdio.SelectMany(link => link.Holders), .. openQueues.Select(file => new DescriptorHolder(file.Pid, file.Number))];
        Dictionary<string, RemovedFile> removed = [];
        (SortedSet<string> paths, SortedSet<string> shadows, HashSet<string> links) = NeededPaths(tasks, open, outside, removed);
        IReadOnlyList<BoundSocket> sockets = links.Count == 0 ? [] : [.. Libc.BoundSockets().Where(socket => links.Contains(socket.Link))];
        shadows.UnionWith(sockets.Select(socket => socket.Path).Where(path => path.StartsWith('/')));
        return new FrozenTree
        {
            Tasks = tasks,
            Living = living,
            Stopped = stopped,
            Traits = TreeTraits.Read(living, threads, open, outside),
            Pids = [.. pids],
            Open = open,
            Stdio = stdio,
            External =
            [
                .. stdio.Where(link => link.Kind is "tty" or "file" || link.Key.StartsWith("unix[", StringComparison.Ordinal))
                    .Select(link => link.Key).Concat(queues.SelectMany(queue => queue.Keys)).Distinct(),
            ],
            Queues = queues,
            Paths = [.. paths],
            Shadows = [.. shadows],
            Removed = removed,
            Sockets = sockets,
        };
    }

    /// <summary>
    /// Makes sure that the tree does not run on, even if criu is killed. When a tracer is killed, the kernel lets its tracees go, but the
    /// pending SIGSTOP stops them before they run.
    /// </summary>
    /// <returns>Whether criu still traces every task, so that none has run since it was frozen.</returns>
    public bool TryHold()
    {
        Send(Linux.Signal.SIGSTOP, Living);
        return Living.All(task => ProcFs.Threads(task) is { Count: > 0 } threads && threads.All(thread => ProcFs.IsTraced(task, thread)));
    }

    /// <summary>
    /// Whether a frozen process has died because of the code it ran. If criu is killed while a process runs criu's code, that process dies,
    /// and the others may wait for it for ever.
    /// </summary>
    public bool HasLostOne() => Living.Any(task => ProcFs.EndSignal(task) is Linux.Signal.SIGTRAP or Linux.Signal.SIGSEGV or Linux.Signal.SIGILL or Linux.Signal.SIGBUS);

    /// <summary>Undoes <see cref="TryHold"/>, except for the tasks that job control had stopped.</summary>
    public void LetGo() => Send(Linux.Signal.SIGCONT, Living.Except(Stopped));

    /// <summary>Sends a signal to all of these tasks that still exist. As for kill(2), a negative number means a process group.</summary>
    public static void Send(int signal, IEnumerable<int> tasks)
    {
        foreach (int task in tasks)
        {
            _ = Libc.SendSignal(task, signal); // EPERM when another user owns the task and crik lacks the capability KILL; then only criu holds the task
        }
    }

    /// <returns><see langword="null"/> when no task of the tree has the stream open any more.</returns>
    private static StdioLink? Describe(int stream, List<OpenDescriptor> open)
    {
        if (Libc.TryStatus(stream) is not { } file || ProcFs.DescriptorLink(stream) is not { } target)
        {
            return null;
        }

        List<DescriptorHolder> holders =
        [
            .. open.Where(one => one.Target == target && Libc.IsSameFile(Environment.ProcessId, stream, one.Pid, one.Number))
                .Select(one => new DescriptorHolder(one.Pid, one.Number)),
        ];
        if (holders.Count == 0)
        {
            return null;
        }

        // These are the names that criu uses (tty.c, pipes.c, sk-unix.c, files-reg.c), with device numbers in the form of the C library.
        (string kind, string key) = file switch
        {
            _ when Libc.IsTerminal(stream) => ("tty", $"tty[{file.RawDevice.InUserSpace:x}:{file.Device.InUserSpace:x}]"),
            { IsFifo: true } => ("pipe", target),
            { IsSocket: true } => ("socket", $"unix[{file.Inode}]"),
            { IsRegular: true } => ("file", OpenFiles.ExternalKey(holders[0].Pid, holders[0].Descriptor, file.Inode)),
            _ => ("device", target),
        };
        return new StdioLink(stream, kind, key, holders, []);
    }

    /// <summary>Finds paths, paths of deleted files, and links to sockets. It leaves out what is outside the tree for criu.</summary>
    /// <param name="removed">Gets the files of <see cref="Removed"/>.</param>
    private static (SortedSet<string> Paths, SortedSet<string> Deleted, HashSet<string> Sockets) NeededPaths(
        IReadOnlyList<int> tasks, List<OpenDescriptor> open, HashSet<DescriptorHolder> outside, Dictionary<string, RemovedFile> removed)
    {
        const string Deleted = " (deleted)";
        SortedSet<string> paths = new(StringComparer.Ordinal);
        SortedSet<string> deleted = new(StringComparer.Ordinal);
        HashSet<string> sockets = [];
        foreach (int task in tasks)
        {
            Add(ProcFs.Link($"/proc/{task}/exe"));
            Add(ProcFs.Link($"/proc/{task}/cwd"));
            foreach (MappedFile file in ProcFs.MappedFiles(task))
            {
                if (Add(file.Path))
                {
                    removed.TryAdd(file.Path, new RemovedFile((file.Device.InKernel, file.Inode), HasName: false));
                }
            }
        }

        foreach (OpenDescriptor file in open)
        {
            if (!outside.Contains(new(file.Pid, file.Number)) && Add(file.Target) && ProcFs.StatusOf(file.Pid, file.Number) is { Links: > 0 } status)
            {
                removed[file.Target] = new RemovedFile((status.Device.InKernel, status.Inode), HasName: true);
            }
        }

        return (paths, deleted, sockets);

        // Returns whether it is the name of a file that was removed.
        bool Add(string? path)
        {
            if (path?.StartsWith("socket:", StringComparison.Ordinal) == true)
            {
                sockets.Add(path);
                return false;
            }

            if (path?.StartsWith('/') != true || !IsAFile(path))
            {
                return false;
            }

            bool isRemoved = path.EndsWith(Deleted, StringComparison.Ordinal) && Libc.IsMissing(path); // a file may be called so
            _ = isRemoved ? deleted.Add(path[..^Deleted.Length]) : paths.Add(path); // criu saves the contents of a file that has no name at all
            return isRemoved;
        }
    }

    /// <summary>Tells a plain file from devices and files of the kernel, which every container has.</summary>
    private static bool IsAFile(string path) => path.StartsWith("/dev/shm/", StringComparison.Ordinal)
        || !(path.StartsWith("/proc/", StringComparison.Ordinal) || path.StartsWith("/sys/", StringComparison.Ordinal)
            || path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/memfd:", StringComparison.Ordinal));
}

/// <summary>A descriptor of a task, and what it leads to.</summary>
internal readonly record struct OpenDescriptor(int Pid, int Number, string Target);
