using System.Globalization;
using Crik.Init;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>A descriptor of a task, and what it leads to.</summary>
internal readonly record struct OpenDescriptor(int Pid, int Number, string Target);

/// <summary>What crik reads of the tree while criu holds it still, before criu looks at it.</summary>
internal sealed class FrozenTree
{
    private FrozenTree(IReadOnlyList<int> tasks, IReadOnlyList<int> pids)
    {
        Tasks = tasks;
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

    public IReadOnlyList<string> Paths { get; private init; } = [];

    public static FrozenTree Read(int root, StandardStreams streams)
    {
        IReadOnlyList<int> tasks = ProcFs.Tree(root);
        SortedSet<int> pids = [];
        foreach (int task in tasks)
        {
            (int group, int session, _) = ProcFs.Membership(task);
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

        return new FrozenTree(tasks, [.. pids]) { Open = open, Stdio = stdio, External = [.. external.Distinct()], Paths = NeededPaths(tasks, open, stdio) };
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

    /// <summary>Plain files that are open, mapped, or a working directory; not those that are deleted, or the stdio's.</summary>
    private static List<string> NeededPaths(IReadOnlyList<int> tasks, List<OpenDescriptor> open, List<StdioLink> stdio)
    {
        HashSet<DescriptorHolder> ours = [.. stdio.SelectMany(link => link.Holders)];
        HashSet<string> paths = [];
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

        return [.. paths.Order(StringComparer.Ordinal)];

        void Add(string? path)
        {
            // Devices and kernel files are every container's own; a deleted file is in the images.
            if (path is not null && path.StartsWith('/') && !path.EndsWith(" (deleted)", StringComparison.Ordinal)
                && !path.StartsWith("/proc/", StringComparison.Ordinal) && !path.StartsWith("/sys/", StringComparison.Ordinal)
                && !path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/memfd:", StringComparison.Ordinal))
            {
                paths.Add(path);
            }
        }
    }
}
