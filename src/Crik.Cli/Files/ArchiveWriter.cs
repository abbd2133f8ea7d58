namespace Crik.Files;

/// <summary>Walks the paths and writes the archive.</summary>
internal sealed class ArchiveWriter(string archive, ArchiveRoots roots, HeldFiles? held, CancellationToken cancellationToken) : IDisposable
{
    private readonly FileDescriptor _root = Libc.Open("/", Libc.O_RDONLY | Libc.O_DIRECTORY);
    private readonly IndexWriter _index = new(archive);
    private readonly DataWriter _data = new(archive, cancellationToken);
    private readonly Dictionary<(DeviceNumber Device, ulong Inode), byte[]> _linked = [];
    private readonly HashSet<string> _treesDone = [];
    private readonly List<string> _notes = [];

    /// <summary>Adds one of the configured paths with all that is below, unless it was added as a part of another one.</summary>
    public void AddTree(byte[] path)
    {
        if (_treesDone.Contains(ArchiveRoots.Key(path)))
        {
            return;
        }

        ReadOnlySpan<byte> fromRoot = path.AsSpan(1);
        if (Libc.Status(_root, fromRoot, followLinks: true) is not { } status)
        {
            _notes.Add($"additional path {ByteStrings.Printable(path)} is not there, and so is not in the checkpoint");
            return;
        }

        using TreeWalk walk = new();
        Add(walk, _root, fromRoot, path, status, isTree: true);
        while (walk.Next() is { } name)
        {
            cancellationToken.ThrowIfCancellationRequested();
            byte[] below = walk.PathOf(name);
            bool isTree = roots.IsTree(below);
            if (Libc.Status(walk.Directory, name, followLinks: isTree) is { } child)
            {
                Add(walk, walk.Directory, name, below, child, isTree);
            }
        }
    }

    /// <summary>Adds a file alone, which nobody asked for.</summary>
    /// <param name="mayBeLeftOut">Whether one that cannot be saved is left out with a note. A restore needs those that the tree has open.</param>
    public void AddSingle(byte[] path, bool mayBeLeftOut)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (roots.IsInTree(path))
        {
            return;
        }

        if (mayBeLeftOut)
        {
            TryAdd(path, Add);
        }
        else
        {
            Add();
        }

        void Add()
        {
            if (Libc.Status(_root, path.AsSpan(1), followLinks: false) is { IsDirectory: false } status)
            {
                AddFile(_root, path.AsSpan(1), path, status, isTree: false);
            }
            else if (!mayBeLeftOut)
            {
                throw CannotRead(path, "it was removed or replaced meanwhile");
            }
        }
    }

    /// <summary>Adds a directory alone, see <see cref="FileEntry.Place"/>; one that cannot be looked at is left out with a note.</summary>
    public void AddPlace(byte[] path)
    {
        if (!roots.IsInTree(path))
        {
            TryAdd(path, () =>
            {
                if (Libc.Status(_root, path.AsSpan(1), followLinks: true) is { IsDirectory: true } status)
                {
                    _index.Write(FileEntry.Describe(path, status) with { Kind = FileEntry.Place });
                }
            });
        }
    }

    public FileArchiveSummary Finish()
    {
        _index.Finish(_data.Length);
        return new FileArchiveSummary(_index.Entries, _data.Length, _notes);
    }

    public void Dispose()
    {
        _index.Dispose();
        _data.Dispose();
        _root.Dispose();
    }

    private void TryAdd(byte[] path, Action add)
    {
        long before = _data.Length;
        try
        {
            add();
        }
        catch (Exception exception) when (FileFaults.IsOfThatFile(exception))
        {
            _notes.Add($"{ByteStrings.Printable(path)} is not in the checkpoint: {Faults.Reason(exception)}");
            _data.CutTo(before);
        }
    }

    /// <param name="isTree">It is one of the configured paths, so it is followed when it is a link.</param>
    private void Add(TreeWalk walk, FileDescriptor parent, ReadOnlySpan<byte> name, byte[] path, FileStatus status, bool isTree)
    {
        if (isTree && !_treesDone.Add(ArchiveRoots.Key(path)))
        {
            return;
        }

        if (!status.IsDirectory)
        {
            AddFile(parent, name, path, status, isTree);
            return;
        }

        FileDescriptor directory = Open(parent, name, path, Libc.O_RDONLY | Libc.O_DIRECTORY, isTree);
        walk.Enter(directory, path, isElsewhere: isTree);
        _index.Write(FileEntry.Describe(path, status) with { Attributes = FileEntry.Attribute.ReadAll(directory) });
    }

    private void AddFile(FileDescriptor parent, ReadOnlySpan<byte> name, byte[] path, FileStatus status, bool isTree)
    {
        FileEntry entry = FileEntry.Describe(path, status);
        if (status.IsSymlink)
        {
            RefuseOnTheWay(path);
            _index.Write(entry with { Kind = FileEntry.Symlink, Target = Libc.ReadLink(parent, name) });
        }
        else if (status.IsFifo)
        {
            _index.Write(entry with { Kind = FileEntry.Fifo });
        }
        else if (!status.IsRegular)
        {
            _notes.Add($"{ByteStrings.Printable(path)} is a socket or device, and so is not in the checkpoint");
        }
        else if (status.Links > 1 && _linked.TryGetValue((status.Device, status.Inode), out byte[]? first))
        {
            _index.Write(entry with { Kind = FileEntry.HardLink, Target = first });
        }
        else
        {
            AddRegular(parent, name, entry with { Kind = FileEntry.Regular }, status, isTree);
        }
    }

    /// <summary>
    /// Refuses a link that lies on the way to another root. A restore would put the link back first, and the link would then decide where
    /// the files of that root are written. The reader refuses such an archive, so it must not be written.
    /// </summary>
    private void RefuseOnTheWay(byte[] path)
    {
        if (roots.Trees.FirstOrDefault(tree => ArchiveRoots.IsBelow(tree, path), []) is { Length: > 0 } behind)
        {
            throw new FileArchiveException(
                $"additionalPaths has {ByteStrings.Printable(behind)}, which leads through the link {ByteStrings.Printable(path)} in another of them; name the directory that the link leads to instead");
        }
    }

    private void AddRegular(FileDescriptor parent, ReadOnlySpan<byte> name, FileEntry entry, FileStatus status, bool isTree)
    {
        FileDescriptor? leased = held?.FindLeased(status);
        if (leased is not null && !Libc.IsReadable(leased))
        {
            throw CannotRead(entry.Path, "the program has a lease on it, which would break, and has it open for writing only");
        }

        using FileDescriptor? opened = leased is null ? Open(parent, name, entry.Path, Libc.O_RDONLY | Libc.O_NONBLOCK, isTree) : null;
        FileDescriptor file = opened ?? leased!;
        List<long> extents = [];

        // The search for holes would move the position of the program's own descriptor.
        foreach ((long offset, long length) in leased is null ? Extents.Find(file, status.Size) : status.Size > 0 ? [(0, status.Size)] : [])
        {
            extents.AddRange([offset, length]);
            _data.Copy(file, offset, length, entry.Path);
        }

        _index.Write(entry with { Size = status.Size, Extents = [.. extents], Attributes = FileEntry.Attribute.ReadAll(file) });
        if (status.Links > 1)
        {
            _linked.Add((status.Device, status.Inode), entry.Path);
        }
    }

    private static FileDescriptor Open(FileDescriptor parent, ReadOnlySpan<byte> name, byte[] path, int flags, bool isTree) =>
        Libc.TryOpenAt(parent, name, flags | (isTree ? 0 : Libc.O_NOFOLLOW), UnixFileMode.None, out int errno)
        ?? throw CannotRead(path, Errno.Text(errno), new LinuxException("open", errno));

    private static FileArchiveException CannotRead(byte[] path, string why, LinuxException? cause = null) =>
        new($"{ByteStrings.Printable(path)} cannot be read for the checkpoint: {why}", cause: cause);
}
