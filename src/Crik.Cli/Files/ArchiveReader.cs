using System.Text;
using Crik.Linux;

namespace Crik.Files;

/// <summary>Puts the files of an archive back. Its index has been checked by <see cref="ArchiveIndex"/>.</summary>
internal sealed class ArchiveReader : IDisposable
{
    private static readonly byte[] s_temporaryName = ".crik-restore"u8.ToArray();

    private readonly string _archive;
    private readonly ArchiveRoots _roots;
    private readonly CancellationToken _cancellationToken;
    private readonly FileDescriptor _data;
    private readonly Stack<(FileEntry Entry, FileDescriptor Directory)> _open = [];
    private readonly List<string> _notes = [];
    private string? _firstLeftOut;
    private long _leftOut;
    private long _notOwned;
    private long _notAttributed;

    public ArchiveReader(string archive, ArchiveRoots roots, CancellationToken cancellationToken)
    {
        _archive = archive;
        _roots = roots;
        _cancellationToken = cancellationToken;
        _data = Libc.Open(FileArchive.DataPath(archive), Libc.O_RDONLY | Libc.O_NOFOLLOW);
    }

    public FileArchiveSummary Restore()
    {
        long entries = 0;
        long offset = 0;
        foreach (FileEntry entry in ArchiveIndex.Read(_archive))
        {
            _cancellationToken.ThrowIfCancellationRequested();
            CloseUntilAbove(entry.Path);
            try
            {
                if (_roots.IsLeftOut(entry.Path))
                {
                    LeaveOut(entry);
                }
                else
                {
                    Put(entry, offset);
                }
            }
            catch (Exception exception) when (_roots.IsSingle(entry.Path) && IsOfThatFile(exception))
            {
                _notes.Add(exception.Message); // nobody asked for it; criu says whether the program can do without
            }

            offset += ArchiveIndex.DataBytes(entry);
            entries++;
        }

        CloseUntilAbove([]);
        if (_leftOut > 0)
        {
            _notes.Add($"{_leftOut} files of the container are not put back, {_firstLeftOut} for one: here they are on a volume, or where nothing can be written");
        }

        if (_notOwned > 0)
        {
            _notes.Add($"the owner of {_notOwned} restored files could not be set, for crik does not run as root; they are its own now");
        }

        if (_notAttributed > 0)
        {
            _notes.Add($"{_notAttributed} extended attributes of restored files could not be set");
        }

        return new FileArchiveSummary(entries, offset, _notes);
    }

    public void Dispose()
    {
        while (_open.TryPop(out (FileEntry Entry, FileDescriptor Directory) directory))
        {
            directory.Directory.Dispose();
        }

        _data.Dispose();
    }

    private void LeaveOut(FileEntry entry)
    {
        if (entry.Kind != FileEntry.Place)
        {
            _firstLeftOut ??= Encoding.UTF8.GetString(entry.Path);
            _leftOut++;
        }
    }

    /// <summary>
    /// Whether it says something of the file alone, such as that it has no place here. What the archive's volume cannot give now, or
    /// finds no room now, comes another time; a root that is read-only stays so.
    /// </summary>
    private static bool IsOfThatFile(Exception exception)
    {
        int errno = (exception as LinuxException ?? exception.InnerException as LinuxException)?.Errno ?? exception.HResult; // .NET keeps a raw errno there
        return exception is (IOException or UnauthorizedAccessException) and not FileArchiveException { IsDamage: true }
            && !Errno.IsTrouble(errno) && errno is not (Errno.ENOSPC or Errno.EDQUOT);
    }

    /// <summary>A directory gets its mode and times when everything in it is there.</summary>
    private void CloseUntilAbove(ReadOnlySpan<byte> path)
    {
        while (_open.TryPeek(out (FileEntry Entry, FileDescriptor Directory) directory) && !ArchiveIndex.IsBelow(path, directory.Entry.Path))
        {
            _open.Pop();
            using (directory.Directory)
            {
                Finish(directory.Directory, directory.Entry);
            }
        }
    }

    /// <param name="offset">Where its contents are in the data file.</param>
    private void Put(FileEntry entry, long offset)
    {
        FileDescriptor? made = null;
        FileDescriptor parent;
        byte[] name;
        if (_open.TryPeek(out (FileEntry Entry, FileDescriptor Directory) directory))
        {
            if (entry.Path.AsSpan(directory.Entry.Path.Length + 1).Contains((byte)'/'))
            {
                throw ArchiveIndex.Damaged("a file comes before its directory");
            }

            parent = directory.Directory;
            name = entry.Path[(directory.Entry.Path.Length + 1)..];
        }
        else
        {
            (parent, name) = OpenRootParent(entry);
            made = parent;
        }

        using (made)
        {
            switch (entry.Kind)
            {
                case FileEntry.Directory:
                    _open.Push((entry, MakeDirectory(parent, name, entry, isRoot: made is not null)));
                    break;
                case FileEntry.Regular:
                    PutFile(parent, name, entry, offset);
                    break;
                case FileEntry.Place:
                    PutPlace(parent, name, entry);
                    break;
                case FileEntry.Fifo:
                    PutInPlace(parent, name, entry, () => Libc.MakeFifoAt(parent, s_temporaryName));
                    break;
                case FileEntry.Symlink:
                    PutInPlace(parent, name, entry, () => Libc.MakeSymlinkAt(parent, s_temporaryName, entry.Target));
                    break;
                case FileEntry.HardLink:
                    PutHardLink(parent, name, entry);
                    break;
            }
        }
    }

    /// <summary>
    /// Opens where a configured path itself lies. Up to here the container's own links are followed, also when the path
    /// itself is one: it is the user who named it. Of a single path none is, for it was recorded as the kernel resolves it;
    /// but a place may have been named by a program.
    /// </summary>
    private (FileDescriptor Parent, byte[] Name) OpenRootParent(FileEntry entry)
    {
        if (!_roots.IsRoot(entry.Path))
        {
            throw ArchiveIndex.Damaged("a file comes without its directory");
        }

        bool isSingle = _roots.IsSingle(entry.Path);
        if (isSingle && entry.Kind != FileEntry.Place)
        {
            FileDescriptor root = Libc.Open("/", Libc.O_RDONLY | Libc.O_DIRECTORY);
            return (OpenAbove(root, entry.Path.AsSpan(1), entry, makes: true), entry.Path[(Array.LastIndexOf(entry.Path, (byte)'/') + 1)..]);
        }

        string path = Encoding.UTF8.GetString(entry.Path);
        FileSystemInfo? target = isSingle || new FileInfo(path).LinkTarget is null ? null : File.ResolveLinkTarget(path, returnFinalTarget: true);
        path = target?.FullName ?? path;
        string parent = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(parent);
        return (Libc.Open(parent, Libc.O_RDONLY | Libc.O_DIRECTORY), Encoding.UTF8.GetBytes(Path.GetFileName(path)));
    }

    /// <summary>Opens the directory that a path ends in, from another one and without following links.</summary>
    /// <param name="directory">Closed afterwards.</param>
    /// <param name="makes">Whether directories that are missing are made.</param>
    private static FileDescriptor OpenAbove(FileDescriptor directory, ReadOnlySpan<byte> path, FileEntry entry, bool makes)
    {
        for (int slash; (slash = path.IndexOf((byte)'/')) >= 0; path = path[(slash + 1)..])
        {
            using FileDescriptor above = directory;
            int flags = Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW;
            FileDescriptor? next = Libc.TryOpenAt(above, path[..slash], flags, 0, out int errno);
            if (makes && errno == Errno.ENOENT)
            {
                errno = Libc.MakeDirectoryAt(above, path[..slash], 0x1ED); // 0755
                next = errno == 0 ? Libc.TryOpenAt(above, path[..slash], flags, 0, out errno) : null;
            }

            directory = next ?? throw CannotWrite(entry, errno);
        }

        return directory;
    }

    private static FileDescriptor MakeDirectory(FileDescriptor parent, byte[] name, FileEntry entry, bool isRoot)
    {
        for (int attempt = 0; ; attempt++)
        {
            int errno = Libc.MakeDirectoryAt(parent, name, 0x1C0);
            if (errno is not (0 or Errno.EEXIST))
            {
                throw CannotWrite(entry, errno);
            }

            FileDescriptor? directory = Libc.TryOpenAt(parent, name, Libc.O_RDONLY | Libc.O_DIRECTORY | (isRoot ? 0 : Libc.O_NOFOLLOW), 0, out errno);
            if (directory is not null)
            {
                return directory;
            }

            // Something that is no directory has its place, a link for instance: it goes, and is not followed.
            if (errno is not (Errno.ENOTDIR or Errno.ELOOP) || attempt > 0 || Libc.RemoveAt(parent, name, isDirectory: false) != 0)
            {
                throw CannotWrite(entry, errno);
            }
        }
    }

    private void PutFile(FileDescriptor parent, byte[] name, FileEntry entry, long offset)
    {
        Libc.RemoveAt(parent, s_temporaryName, isDirectory: false);
        using FileDescriptor file = Libc.TryOpenAt(parent, s_temporaryName, Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW, 0x180, out int errno)
            ?? throw CannotWrite(entry, errno);
        try
        {
            Fill(file, entry, offset);
            Finish(file, entry);
            errno = Libc.RenameAt(parent, s_temporaryName, name);
        }
        finally
        {
            Libc.RemoveAt(parent, s_temporaryName, isDirectory: false); // not there any more when it was renamed
        }

        if (errno == 0)
        {
            return;
        }

        // A file that is a mount point, such as /etc/hosts, cannot be replaced, only written.
        const int EBUSY = 16;
        using FileDescriptor mounted = (errno == EBUSY ? Libc.TryOpenAt(parent, name, Libc.O_RDWR | Libc.O_NOFOLLOW, 0, out errno) : null)
            ?? throw CannotWrite(entry, errno);
        Libc.SetSize(mounted, 0);
        Fill(mounted, entry, offset);
        Finish(mounted, entry);
    }

    private void Fill(FileDescriptor file, FileEntry entry, long offset)
    {
        Libc.SetSize(file, entry.Size);
        long[] extents = entry.Extents ?? [];
        long done = 0;
        for (int i = 0; i < extents.Length; i += 2)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            if (Libc.CopyRange(_data, offset + done, file, extents[i], extents[i + 1]) != extents[i + 1])
            {
                throw ArchiveIndex.Damaged("its contents are cut off");
            }

            done += extents[i + 1];
        }
    }

    private void PutHardLink(FileDescriptor parent, byte[] name, FileEntry entry)
    {
        byte[] root = _roots.BaseOf(entry.Target!);
        byte[] below = entry.Target![(root.Length == 1 ? 1 : root.Length + 1)..];
        using FileDescriptor directory = OpenAbove(Libc.Open(Encoding.UTF8.GetString(root), Libc.O_RDONLY | Libc.O_DIRECTORY), below, entry, makes: false);
        below = below[(Array.LastIndexOf(below, (byte)'/') + 1)..];
        Libc.RemoveAt(parent, s_temporaryName, isDirectory: false);
        int linked = Libc.MakeHardLinkAt(directory, below, parent, s_temporaryName);
        int renamed = linked != 0 ? linked : Libc.RenameAt(parent, s_temporaryName, name);
        Libc.RemoveAt(parent, s_temporaryName, isDirectory: false); // rename does nothing when both are one file already
        if (renamed != 0)
        {
            throw CannotWrite(entry, renamed);
        }
    }

    private void PutPlace(FileDescriptor parent, byte[] name, FileEntry entry)
    {
        int errno = Libc.MakeDirectoryAt(parent, name, 0x1C0);
        if (errno == Errno.EEXIST)
        {
            return;
        }

        using FileDescriptor directory = (errno != 0 ? null : Libc.TryOpenAt(parent, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, 0, out errno))
            ?? throw CannotWrite(entry, errno);
        Finish(directory, entry);
    }

    private void PutInPlace(FileDescriptor parent, byte[] name, FileEntry entry, Func<int> make)
    {
        int errno = make();
        if (errno == Errno.EEXIST)
        {
            Libc.RemoveAt(parent, s_temporaryName, isDirectory: false);
            errno = make();
        }

        if (errno == 0 && entry.Kind == FileEntry.Fifo)
        {
            using FileDescriptor? fifo = Libc.TryOpenAt(parent, s_temporaryName, Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_NOFOLLOW, 0, out errno);
            errno = fifo is null ? errno : Libc.SetMode(fifo, entry.Mode);
        }

        if (errno == 0)
        {
            _notOwned += Libc.SetOwner(parent, s_temporaryName, entry.UserId, entry.GroupId) == 0 ? 0 : 1;
            Libc.SetTimes(parent, s_temporaryName, entry.AccessedAt, entry.ModifiedAt);
            errno = Libc.RenameAt(parent, s_temporaryName, name);
        }

        if (errno != 0)
        {
            Libc.RemoveAt(parent, s_temporaryName, isDirectory: false);
            throw CannotWrite(entry, errno);
        }
    }

    /// <summary>Owner first: changing it clears the set-user-id bits and file capabilities.</summary>
    private void Finish(FileDescriptor file, FileEntry entry)
    {
        _notOwned += Libc.SetOwner(file, [], entry.UserId, entry.GroupId) == 0 ? 0 : 1;
        foreach (FileEntry.Attribute attribute in entry.Attributes ?? [])
        {
            _notAttributed += Libc.SetAttribute(file, attribute.Name, attribute.Value) == 0 ? 0 : 1;
        }

        int errno = Libc.SetMode(file, entry.Mode);
        if (errno is not (0 or Errno.EPERM))
        {
            throw CannotWrite(entry, errno);
        }

        Libc.SetTimes(file, [], entry.AccessedAt, entry.ModifiedAt);
    }

    private static FileArchiveException CannotWrite(FileEntry entry, int errno) =>
        new($"{Encoding.UTF8.GetString(entry.Path)} cannot be restored: {Errno.Text(errno)}", cause: new LinuxException("write", errno));
}
