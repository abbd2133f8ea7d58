using System.Globalization;
using Crik.Init;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>A descriptor of a task, and what it leads to.</summary>
internal readonly record struct OpenDescriptor(int Pid, int Number, string Target);

/// <summary>What crik reads of the tree while criu holds it still, before criu looks at it.</summary>
internal sealed class FrozenTree
{
    private readonly IReadOnlyList<int> _living;

    private FrozenTree(IReadOnlyList<int> tasks, IReadOnlyList<int> living, IReadOnlyList<int> pids)
    {
        Tasks = tasks;
        _living = living;
        Pids = pids;
    }

    /// <summary>The processes, root first.</summary>
    public IReadOnlyList<int> Tasks { get; }

    /// <summary>Every number a restore needs free.</summary>
    public IReadOnlyList<int> Pids { get; }

    /// <summary>All that the processes have open. Read once: a tree may have very many.</summary>
    public IReadOnlyList<OpenDescriptor> Open { get; private init; } = [];

    public IReadOnlyList<StdioLink> Stdio { get; private init; } = [];

    /// <summary>criu's <c>--external</c> entries for what is the container's and not the tree's.</summary>
    public IReadOnlyList<string> External { get; private init; } = [];

    /// <summary>Plain files that are open or mapped, and directories that are worked in.</summary>
    public IReadOnlyList<string> Paths { get; private init; } = [];

    /// <summary>Where deleted files were that are still open, and sockets are bound: a restore needs the directories above.</summary>
    public IReadOnlyList<string> Shadows { get; private init; } = [];

    public static FrozenTree Read(int root, StandardStreams streams)
    {
        IReadOnlyList<int> tasks = ProcFs.Tree(root);
        SortedSet<int> pids = [];
        List<int> living = [];
        foreach (int task in tasks)
        {
            (int group, int session, char state) = ProcFs.Membership(task);
            if (state != 'Z')
            {
                living.Add(task);
            }

            pids.UnionWith(ProcFs.Threads(task));
            pids.UnionWith([task, group, session]);
        }

        pids.RemoveWhere(pid => pid <= 1); // a group or session outside this namespace reads as 0
        List<OpenDescriptor> open = [];
        foreach (int task in tasks)
        {
            open.AddRange(ProcFs.OpenFiles(task).Select(file => new OpenDescriptor(task, file.Descriptor, file.Target)));
        }

        List<StdioLink> stdio = [];
        List<string> external = [];
        for (int stream = 0; stream < 3; stream++)
        {
            if (streams.WasGiven(stream) && Describe(stream, open) is { } link)
            {
                stdio.Add(link);
                if (link.Kind is "tty" or "file" || link.Key.StartsWith("unix[", StringComparison.Ordinal))
                {
                    external.Add(link.Key);
                }
            }
        }

        (IReadOnlyList<string> paths, IReadOnlyList<string> shadows) = NeededPaths(tasks, open, stdio);
        return new FrozenTree(tasks, living, [.. pids]) { Open = open, Stdio = stdio, External = [.. external.Distinct()], Paths = paths, Shadows = shadows };
    }

    /// <summary>
    /// Keeps the tree where it is whatever becomes of criu: when a tracer is killed the kernel lets its tracees go, but first thing
    /// they meet the stop that is pending for them.
    /// </summary>
    /// <returns>Whether criu has them still, so that none has run since it was frozen.</returns>
    public bool TryHold()
    {
        Send(Linux.Signal.SIGSTOP, _living);
        return _living.All(task => ProcFs.Threads(task) is { Count: > 0 } threads && threads.All(thread => ProcFs.IsTraced(task, thread)));
    }

    /// <summary>
    /// Whether a process that was frozen has died since of what it ran. A criu that is killed while one runs its code takes that one
    /// along, and the rest may wait for it for ever.
    /// </summary>
    public bool HasLostOne() => _living.Any(task => ProcFs.EndSignal(task) is Linux.Signal.SIGTRAP or Linux.Signal.SIGSEGV or Linux.Signal.SIGILL or Linux.Signal.SIGBUS);

    /// <summary>Takes back what <see cref="TryHold"/> did; a stop that is pending yet never was one.</summary>
    public void LetGo() => Send(Linux.Signal.SIGCONT, _living);

    /// <summary>To those that are there. As for kill(2), a negative number is a process group's.</summary>
    public static void Send(int signal, IEnumerable<int> tasks)
    {
        foreach (int task in tasks)
        {
            try
            {
                Libc.Kill(task, signal);
            }
            catch (LinuxException exception)
            {
                Diagnostics.Log.Debug(exception.Message); // another user's, without the capability KILL: criu alone holds it
            }
        }
    }

    /// <returns><see langword="null"/> when the tree does not have it open any more.</returns>
    private static StdioLink? Describe(int stream, List<OpenDescriptor> open)
    {
        if (Libc.Identify(stream) is not { } file || ProcFs.DescriptorLink(stream) is not { } target)
        {
            return null;
        }

        List<DescriptorHolder> holders = [];
        foreach (OpenDescriptor candidate in open)
        {
            if (candidate.Target == target && Libc.IsSameFile(Environment.ProcessId, stream, candidate.Pid, candidate.Number))
            {
                holders.Add(new DescriptorHolder(candidate.Pid, candidate.Number));
            }
        }

        if (holders.Count == 0)
        {
            return null;
        }

        // Names as criu makes them: tty.c, pipes.c, sk-unix.c, files-reg.c. Its device numbers are the C library's.
        ulong device = ((ulong)file.DeviceMajor << 8) | (file.DeviceMinor & 0xff) | ((ulong)(file.DeviceMinor & ~0xffu) << 12);
        (string kind, string key) = file switch
        {
            _ when Libc.IsTerminal(stream) => ("tty", $"tty[{TerminalDevice(file):x}:{device:x}]"),
            { IsPipe: true } => ("pipe", target),
            { IsSocket: true } => ("socket", $"unix[{file.Inode}]"),
            { IsRegular: true } => ("file", $"file[{MountId(holders[0]):x}:{file.Inode:x}]"),
            _ => ("device", target),
        };
        return new StdioLink(stream, kind, key, holders, []);
    }

    private static ulong TerminalDevice(FileIdentity file)
    {
        uint major = (uint)(file.RawDevice >> 20);
        uint minor = (uint)(file.RawDevice & 0xfffff);
        return ((ulong)major << 8) | (minor & 0xff) | ((ulong)(minor & ~0xffu) << 12);
    }

    private static int MountId(DescriptorHolder holder)
    {
        foreach (string line in ProcFs.Lines($"/proc/{holder.Pid}/fdinfo/{holder.Descriptor}"))
        {
            if (line.StartsWith("mnt_id:", StringComparison.Ordinal))
            {
                return int.Parse(line.AsSpan("mnt_id:".Length), CultureInfo.InvariantCulture);
            }
        }

        return -1;
    }

    /// <summary>Plain files that are open, mapped, or a working directory; and what has a name but is not there. Not the stdio's.</summary>
    private static (IReadOnlyList<string> Paths, IReadOnlyList<string> Shadows) NeededPaths(IReadOnlyList<int> tasks, List<OpenDescriptor> open, List<StdioLink> stdio)
    {
        const string Deleted = " (deleted)";
        HashSet<DescriptorHolder> ours = [.. stdio.SelectMany(link => link.Holders)];
        SortedSet<string> paths = new(StringComparer.Ordinal);
        SortedSet<string> shadows = new(StringComparer.Ordinal);
        HashSet<string> sockets = [];
        foreach (int task in tasks)
        {
            Add(ProcFs.Link($"/proc/{task}/exe"));
            Add(ProcFs.Link($"/proc/{task}/cwd"));
            foreach (string line in ProcFs.Lines($"/proc/{task}/maps"))
            {
                int path = line.IndexOf('/', StringComparison.Ordinal);
                Add(path < 0 ? null : line[path..]);
            }
        }

        foreach (OpenDescriptor file in open)
        {
            Add(ours.Contains(new(file.Pid, file.Number)) ? null : file.Target);
        }

        if (sockets.Count > 0)
        {
            shadows.UnionWith(ProcFs.BoundSockets(tasks[0]).Where(socket => sockets.Contains($"socket:[{socket.Inode}]")).Select(socket => socket.Path));
        }

        return ([.. paths], [.. shadows]);

        void Add(string? path)
        {
            if (path?.StartsWith("socket:", StringComparison.Ordinal) == true)
            {
                sockets.Add(path);
            }
            else if (path is null || !path.StartsWith('/') || !IsAFile(path))
            {
                return;
            }
            else if (path.EndsWith(Deleted, StringComparison.Ordinal))
            {
                shadows.Add(path[..^Deleted.Length]); // its contents are in the images
            }
            else
            {
                paths.Add(path);
            }
        }
    }

    /// <summary>Devices and kernel files are every container's own.</summary>
    private static bool IsAFile(string path) => path.StartsWith("/dev/shm/", StringComparison.Ordinal)
        || !(path.StartsWith("/proc/", StringComparison.Ordinal) || path.StartsWith("/sys/", StringComparison.Ordinal)
            || path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/memfd:", StringComparison.Ordinal));
}
