using System.Globalization;
using Crik.Diagnostics;
using Crik.Linux;

namespace Crik.Checkpoints;

/// <summary>
/// Takes the inotify watches off a frozen tree and puts them on again, under the same numbers. criu can save a watch
/// only when it may open files by handle (DAC_READ_SEARCH), and on overlayfs often not even then; a watch that is not
/// there stops nothing. The program does not run in between, so it sees no difference.
/// </summary>
internal sealed class InotifyWatches
{
    private const int MostVisited = 300_000;

    private readonly List<InotifyWatch> _taken = [];
    private bool _isOn;

    /// <summary>What was taken off, for the manifest.</summary>
    public IReadOnlyList<InotifyWatch> Taken => _taken;

    /// <summary>Takes off every watch whose file can be named.</summary>
    /// <param name="hints">Where to look first.</param>
    public static InotifyWatches TakeOff(FrozenTree tree, IReadOnlyList<string> hints)
    {
        List<(int Task, int Descriptor, WatchLine Line)> found = [];
        foreach ((int task, int descriptor, _) in tree.Open.Where(file => file.Target == "anon_inode:inotify"))
        {
            found.AddRange(ProcFs.Lines($"/proc/{task}/fdinfo/{descriptor}")
                .Select(WatchLine.Parse).OfType<WatchLine>().Select(line => (task, descriptor, line)));
        }

        InotifyWatches watches = new();
        if (found.Count == 0)
        {
            return watches;
        }

        IReadOnlyList<Mount> mounts = Mount.ReadAll();

        // What watches everything, as ASP.NET Core does when its directory is /, watches /proc too. Nothing is ever told of it, and
        // its files are others in every container: such a watch is taken off for good.
        bool IsOfProcesses(ulong device) => mounts.Any(mount => mount.Type == "proc" && DeviceOf(mount) == device);
        HashSet<(ulong Device, ulong Inode)> wanted = [];
        foreach ((_, _, WatchLine line) in found)
        {
            if (!IsOfProcesses(line.Device))
            {
                wanted.Add((line.Device, line.Inode));
            }
        }

        Dictionary<(ulong Device, ulong Inode), string> names = FindNames(wanted, tree.Tasks, hints, mounts);
        foreach ((int task, int descriptor, WatchLine line) in found)
        {
            string? path = names.GetValueOrDefault((line.Device, line.Inode));
            if (path is null && !IsOfProcesses(line.Device))
            {
                Log.Warning("an inotify watch is on a file that was not found by name; it is left to criu",
                    ("pid", task), ("inode", line.Inode), ("hint", "name its directory in inotifyIncompatiblePaths"));
                continue;
            }

            using FileDescriptor? pidfd = Libc.TryOpenPidfd(task);
            using FileDescriptor? inotify = pidfd is null ? null : Libc.TryGetDescriptor(pidfd, descriptor);
            if (inotify is not null && Remove(inotify, line.Number) && path is not null)
            {
                watches._taken.Add(new InotifyWatch(task, descriptor, line.Number, line.Mask, path));
            }
        }

        return watches;
    }

    /// <summary>Puts back on, once, what was taken off a tree that will run on.</summary>
    public static void PutOn(InotifyWatches? watches)
    {
        if (watches is { _isOn: false })
        {
            watches._isOn = true;
            PutOn(watches._taken);
        }
    }

    /// <summary>Puts watches on, in the same or a restored tree that is still frozen.</summary>
    public static void PutOn(IEnumerable<InotifyWatch> watches)
    {
        foreach (InotifyWatch watch in watches.OrderBy(watch => watch.Number))
        {
            using FileDescriptor? pidfd = Libc.TryOpenPidfd(watch.Pid);
            using FileDescriptor? inotify = pidfd is null ? null : Libc.TryGetDescriptor(pidfd, watch.Descriptor);
            int errno = inotify is null ? Errno.EBADF : Libc.AddWatch(inotify, watch.Path, watch.Mask, watch.Number);
            if (errno != 0)
            {
                Log.Warning("an inotify watch is not there any more", ("pid", watch.Pid), ("path", watch.Path), ("reason", Errno.Text(errno)));
            }
        }
    }

    /// <summary>
    /// Removes a watch, and the word of it (IN_IGNORED) that the kernel leaves for the program, as long as nothing the
    /// program has still to read is before that.
    /// </summary>
    /// <returns><see langword="false"/> when it is gone already: tasks may share one descriptor.</returns>
    private static bool Remove(FileDescriptor inotify, int number)
    {
        bool wasEmpty = Libc.BytesReadable(inotify) == 0;
        bool removed = Libc.RemoveWatch(inotify, number);
        if (removed && wasEmpty && Libc.BytesReadable(inotify) > 0)
        {
            Span<byte> ignored = stackalloc byte[64];
            Libc.TryRead(inotify, ignored);
        }

        return removed;
    }

    /// <summary>Finds paths by device and inode, at the likely places first, and no longer than is reasonable while the program stands still.</summary>
    private static Dictionary<(ulong Device, ulong Inode), string> FindNames(
        HashSet<(ulong Device, ulong Inode)> wanted, IReadOnlyList<int> tasks, IReadOnlyList<string> hints, IReadOnlyList<Mount> mounts)
    {
        Dictionary<(ulong, ulong), string> found = [];
        HashSet<(ulong, ulong)> visited = [];
        int left = MostVisited;
        IEnumerable<string> places = hints
            .Concat(tasks.Select(task => ProcFs.Link($"/proc/{task}/cwd")).OfType<string>())
            .Concat(["/etc", "/tmp", "/var/tmp", "/run", "/dev/shm", "/home", "/app", "/srv", "/opt", "/var", "/usr", "/"])
            .Concat(mounts
                .Where(mount => mount.Type != "proc" && (!IsOfTheKernel(mount) || wanted.Any(file => file.Device == DeviceOf(mount))))
                .OrderBy(IsOfTheKernel) // they are large, and seldom watched
                .Select(mount => mount.MountPoint));
        foreach (string place in places)
        {
            Queue<string> queue = new([place]);
            while (queue.TryDequeue(out string? path) && found.Count < wanted.Count && left-- > 0)
            {
                if (Libc.Identify(path, followLinks: false) is not { } file)
                {
                    continue;
                }

                (ulong, ulong) identity = (((ulong)file.DeviceMajor << 20) | file.DeviceMinor, file.Inode);
                if (wanted.Contains(identity))
                {
                    found.TryAdd(identity, path);
                }

                if (file.IsDirectory && (path == place || path is not ("/proc" or "/sys")) && visited.Add(identity))
                {
                    try
                    {
                        foreach (string child in Directory.EnumerateFileSystemEntries(path))
                        {
                            queue.Enqueue(child);
                        }
                    }
                    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                    {
                        // not ours to read: then it is not found there
                    }
                }
            }
        }

        return found;
    }

    private static bool IsOfTheKernel(Mount mount) => mount.Type is "sysfs" or "cgroup" or "cgroup2" or "devpts" or "mqueue";

    private static ulong DeviceOf(Mount mount) => ((ulong)mount.DeviceMajor << 20) | mount.DeviceMinor;

    /// <summary>inotify wd:1 ino:9e7 sdev:800001 mask:800afce ignored_mask:0 … (proc(5)); numbers in hex, the device as the kernel counts.</summary>
    internal sealed record WatchLine(int Number, ulong Inode, ulong Device, uint Mask)
    {
        public static WatchLine? Parse(string line)
        {
            if (!line.StartsWith("inotify wd:", StringComparison.Ordinal))
            {
                return null;
            }

            ulong Value(string name)
            {
                foreach (string field in line.Split(' '))
                {
                    if (field.StartsWith(name, StringComparison.Ordinal))
                    {
                        return ulong.Parse(field.AsSpan(name.Length), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                    }
                }

                return 0;
            }

            // What the kernel adds to a mask is not for inotify_add_watch to have: only IN_ALL_EVENTS and the IN_ flags it takes.
            const ulong Accepted = 0xFFF | 0x01000000 | 0x02000000 | 0x04000000 | 0x80000000;
            return new WatchLine((int)Value("wd:"), Value("ino:"), Value("sdev:"), (uint)(Value("mask:") & Accepted));
        }
    }
}
