using Crik.Diagnostics;

namespace Crik.Criu;

/// <summary>
/// Removes the inotify watches of a frozen tree before a dump, and adds them again afterwards under the same numbers. criu can save a watch
/// only when it may open files by handle (DAC_READ_SEARCH), and on overlayfs often not even then. Without watches the dump succeeds. The
/// program does not run in between, so it notices nothing.
/// </summary>
internal sealed class InotifyWatches
{
    private readonly List<InotifyWatch> _taken = [];
    private bool _isOn;

    /// <summary>The watches that were removed, which the manifest records.</summary>
    public IReadOnlyList<InotifyWatch> Taken => _taken;

    /// <summary>Removes every watch whose file crik can find by name.</summary>
    /// <param name="hints">The paths to look at first.</param>
    /// <param name="atMost">When to stop the search for names. The program is frozen meanwhile.</param>
    public static InotifyWatches TakeOff(FrozenTree tree, IReadOnlyList<string> hints, Deadline atMost)
    {
        List<(int Task, int Descriptor, WatchLine Line)> found =
        [
            .. tree.Open.Where(file => file.Target == "anon_inode:inotify")
                .SelectMany(file => ProcFs.Lines($"/proc/{file.Pid}/fdinfo/{file.Number}")
                    .Select(WatchLine.Parse).OfType<WatchLine>().Select(line => (file.Pid, file.Number, line))),
        ];
        InotifyWatches watches = new();
        if (found.Count == 0)
        {
            return watches;
        }

        IReadOnlyList<Mount> mounts = Mount.ReadAll();

        // A program that watches everything, as ASP.NET Core does when its directory is /, watches /proc too. The kernel reports no events
        // there, and every container has other files in it. So crik removes such a watch and never adds it again.
        bool IsOfProcesses(ulong device) => mounts.Any(mount => mount.Type == "proc" && mount.Device.InKernel == device);
        HashSet<(ulong Device, ulong Inode)> wanted =
            [.. found.Where(watch => !IsOfProcesses(watch.Line.Device)).Select(watch => (watch.Line.Device, watch.Line.Inode))];
        Dictionary<(ulong Device, ulong Inode), List<string>> names = FileNames.Find(wanted, tree.Tasks, hints, mounts, atMost);
        foreach ((int task, int descriptor, WatchLine line) in found)
        {
            string? path = names.GetValueOrDefault((line.Device, line.Inode))?[0];
            if (path is null && !IsOfProcesses(line.Device))
            {
                Log.Warning(Event.InotifyFileNotFound, "an inotify watch is on a file that was not found by name; it is left to criu",
                    ("pid", task), ("inode", line.Inode), ("hint", "name its directory in inotifyIncompatiblePaths"));
                continue;
            }

            using FileDescriptor? inotify = Libc.TryGetDescriptor(task, descriptor);
            if (inotify is not null && Remove(inotify, line.Number) && path is not null)
            {
                watches._taken.Add(new InotifyWatch(task, descriptor, line.Number, line.Mask, path));
            }
        }

        return watches;
    }

    /// <summary>Adds the removed watches again, once, to a tree that will run on.</summary>
    public static void PutOn(InotifyWatches? watches)
    {
        if (watches is { _isOn: false })
        {
            watches._isOn = true;
            PutOn(watches._taken);
        }
    }

    /// <summary>Adds watches to a frozen tree: the one they were removed from, or a restored one.</summary>
    public static void PutOn(IEnumerable<InotifyWatch> watches)
    {
        foreach (InotifyWatch watch in watches.OrderBy(watch => watch.Number))
        {
            using FileDescriptor? inotify = Libc.TryGetDescriptor(watch.Pid, watch.Descriptor);
            int errno = inotify is null ? Errno.EBADF : Libc.AddWatch(inotify, watch.Path, watch.Mask, watch.Number);
            if (errno != 0)
            {
                Log.Warning(Event.InotifyWatchLost, "an inotify watch could not be added again",
                    ("pid", watch.Pid), ("path", watch.Path), ("reason", Errno.Text(errno)));
            }
        }
    }

    /// <summary>
    /// Removes a watch. The kernel then queues an IN_IGNORED event for the program. If the queue was empty, that event is read here, so that
    /// the program does not see it.
    /// </summary>
    /// <returns><see langword="false"/> when the watch was removed before: several tasks may share one descriptor.</returns>
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

    /// <summary>
    /// One line of /proc/PID/fdinfo: inotify wd:1 ino:9e7 sdev:800001 mask:800afce ignored_mask:0 … (proc(5)). The numbers are in hex, and
    /// the device has the kernel's internal form.
    /// </summary>
    internal sealed record WatchLine(int Number, ulong Inode, ulong Device, uint Mask)
    {
        public static WatchLine? Parse(string line)
        {
            if (!line.StartsWith("inotify wd:", StringComparison.Ordinal))
            {
                return null;
            }

            ulong Value(string name) => line.Split(' ').FirstOrDefault(field => field.StartsWith(name, StringComparison.Ordinal)) is { } found
                ? ulong.Parse(found.AsSpan(name.Length), NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                : 0;

            // The kernel adds bits to the mask that inotify_add_watch refuses. It accepts IN_ALL_EVENTS and these four IN_ flags.
            const ulong Accepted = 0xFFF | 0x01000000 | 0x02000000 | 0x04000000 | 0x80000000;
            return new WatchLine((int)Value("wd:"), Value("ino:"), Value("sdev:"), (uint)(Value("mask:") & Accepted));
        }
    }
}

/// <summary>A watch that crik took off for the dump and puts back, under the same number, after a restore.</summary>
internal sealed record InotifyWatch(int Pid, int Descriptor, int Number, uint Mask, string Path);
