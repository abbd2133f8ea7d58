namespace Crik.Criu;

/// <summary>
/// Gives a name to files that a program has open or mapped under a name that was removed, and that still have another one. criu cannot
/// save such a file so that a restore finds it. The kernel shows the removed name with " (deleted)" after it, and criu looks for a file of
/// exactly that name (check_path_remap, criu/files-reg.c). So crik links the file there while criu dumps, and a restore opens it by the name
/// that it has. Every named semaphore is such a file, because glibc makes it under a temporary name (sem_open, sysdeps/pthread/sem_open.c).
/// </summary>
internal sealed class RenamedFiles
{
    private readonly List<RenamedFile> _linked = [];
    private bool _isLinked = true;

    /// <summary>The files that have such a name, which the manifest records.</summary>
    public IReadOnlyList<RenamedFile> Linked => _linked;

    /// <param name="atMost">When to stop the search for names. The program is frozen meanwhile.</param>
    public static RenamedFiles Link(FrozenTree tree, Deadline atMost)
    {
        RenamedFiles files = new();
        Dictionary<(ulong Device, ulong Inode), string> names = tree.Removed.Count == 0 ? [] : FindNames(tree, atMost);
        foreach ((string seen, RemovedFile file) in tree.Removed)
        {
            if (names.GetValueOrDefault(file.Identity) is { } path && Libc.MakeHardLink(path, seen) == 0)
            {
                files._linked.Add(new RenamedFile(seen, path));
            }
        }

        return files;
    }

    /// <summary>Removes the names, once.</summary>
    public void Unlink()
    {
        if (_isLinked)
        {
            _isLinked = false;
            _linked.ForEach(file => Libc.RemoveLink(file.Seen, file.Path));
        }
    }

    /// <summary>
    /// Looks in the directories of the removed names first, and elsewhere only for files that have a name for certain. /proc does not tell
    /// it of a mapped file.
    /// </summary>
    private static Dictionary<(ulong Device, ulong Inode), string> FindNames(FrozenTree tree, Deadline atMost)
    {
        HashSet<(ulong Device, ulong Inode)> wanted = [.. tree.Removed.Values.Select(file => file.Identity)];
        string[] directories = [.. tree.Removed.Keys.Select(seen => Path.GetDirectoryName(seen)!).Distinct()];
        Dictionary<(ulong Device, ulong Inode), string> found = [];
        foreach (string path in directories.SelectMany(Libc.TryListPaths))
        {
            if (atMost.HasPassed || found.Count == wanted.Count)
            {
                return found;
            }

            if (Libc.TryStatus(path, followLinks: false) is { } file && wanted.Contains((file.Device.InKernel, file.Inode)))
            {
                found.TryAdd((file.Device.InKernel, file.Inode), path);
            }
        }

        HashSet<(ulong Device, ulong Inode)> elsewhere =
            [.. tree.Removed.Values.Where(file => file.HasName && !found.ContainsKey(file.Identity)).Select(file => file.Identity)];
        if (elsewhere.Count > 0)
        {
            foreach (((ulong, ulong) identity, List<string> paths) in FileNames.Find(elsewhere, tree.Tasks, directories, Mount.ReadAll(), atMost))
            {
                found.TryAdd(identity, paths[0]);
            }
        }

        return found;
    }
}

/// <summary>A file that a tree has open or mapped under a name that was removed.</summary>
/// <param name="HasName">Whether it has another name for certain.</param>
internal readonly record struct RemovedFile((ulong Device, ulong Inode) Identity, bool HasName);

/// <param name="Seen">The removed name as the kernel shows it, which ends in " (deleted)".</param>
/// <param name="Path">A name that the file has.</param>
internal sealed record RenamedFile(string Seen, string Path)
{
    /// <summary>The names that files have, by the removed names.</summary>
    public static Dictionary<string, string> Moves(IReadOnlyList<RenamedFile> files)
    {
        Dictionary<string, string> moves = new(StringComparer.Ordinal);
        foreach (RenamedFile file in files)
        {
            moves.TryAdd(file.Seen, file.Path);
        }

        return moves;
    }
}
