namespace Crik.Criu;

/// <summary>Finds the names of files by device and inode. The search is limited, because the program is frozen meanwhile.</summary>
internal static class FileNames
{
    private const int MostVisited = 300_000;

    /// <summary>Looks in likely places first, and only on the file systems that have one of the files.</summary>
    /// <param name="wanted">File systems, in the kernel's form, and inodes; of a socket's inode only the lower 32 bits.</param>
    /// <param name="tasks">The processes in whose working directories to look.</param>
    /// <param name="hints">The paths to look at before all others.</param>
    /// <param name="atMost">When to stop.</param>
    /// <param name="mayHaveOne">Whether a directory of an overlayfs may have one of the files somewhere below it.</param>
    /// <returns>One name of each file, and all names of a socket. A file that was not found is left out.</returns>
    public static Dictionary<(ulong Device, ulong Inode), List<string>> Find(
        IReadOnlySet<(ulong Device, ulong Inode)> wanted, IReadOnlyList<int> tasks, IEnumerable<string> hints, IReadOnlyList<Mount> mounts, Deadline atMost,
        Func<FileStatus, bool>? mayHaveOne = null)
    {
        Dictionary<(ulong, ulong), List<string>> found = [];
        HashSet<(ulong, ulong)> missing = [.. wanted];
        HashSet<(ulong, ulong)> visited = [];
        HashSet<ulong> devices = [.. wanted.Select(file => file.Device)];
        Dictionary<ulong, Mount> byId = new(mounts.Select(mount => new KeyValuePair<ulong, Mount>((ulong)mount.Id, mount)));
        int left = MostVisited;
        IEnumerable<string> places = hints
            .Concat(tasks.Select(task => ProcFs.Link($"/proc/{task}/cwd")).OfType<string>())
            .Concat(["/etc", "/tmp", "/var/tmp", "/run", "/dev/shm", "/home", "/app", "/srv", "/opt", "/var", "/usr", "/"])
            .Concat(mounts
                .Where(mount => mount.Type != "proc" && devices.Contains(mount.Device.InKernel))
                .OrderBy(IsOfTheKernel) // these come last: they are large, and programs seldom watch them
                .Select(mount => mount.MountPoint));
        foreach (string place in places)
        {
            Queue<string> queue = new([place]);
            while (queue.TryDequeue(out string? path) && missing.Count > 0 && left-- > 0 && !atMost.HasPassed)
            {
                if (Libc.TryStatus(path, followLinks: false) is not { } file)
                {
                    continue;
                }

                // statx(2) gives a file on btrfs, and on an overlay of several file systems, another device than the kernel's own lists do.
                Mount? mount = byId.GetValueOrDefault(file.MountId);
                ulong device = (mount?.Device ?? file.Device).InKernel;
                (ulong, ulong) identity = (device, file.IsSocket ? (uint)file.Inode : file.Inode);
                if (missing.Contains(identity) && Add(identity, path) >= (file.IsSocket ? file.Links : 1))
                {
                    missing.Remove(identity);
                }

                bool isImage = mount?.Type == "overlay" && mayHaveOne?.Invoke(file) == false;
                if (file.IsDirectory && devices.Contains(device) && (path == place || !(path is "/proc" or "/sys" || isImage)) && visited.Add(identity))
                {
                    foreach (string child in Libc.TryListPaths(path))
                    {
                        queue.Enqueue(child);
                    }
                }
            }
        }

        return found;

        int Add((ulong, ulong) identity, string path)
        {
            List<string> names = found.TryGetValue(identity, out List<string>? others) ? others : found[identity] = [];
            if (!names.Contains(path))
            {
                names.Add(path);
            }

            return names.Count;
        }
    }

    private static bool IsOfTheKernel(Mount mount) => mount.Type is "sysfs" or "cgroup" or "cgroup2" or "devpts" or "mqueue";
}
