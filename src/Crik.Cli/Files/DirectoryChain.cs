namespace Crik.Files;

/// <summary>
/// The directories from the top of a tree down to the place where a walk is. Only the lowest ones are kept open, so that a deep tree does
/// not use up the descriptors; one that was closed is opened again as the <c>..</c> of the directory below it.
/// </summary>
internal sealed class DirectoryChain : IDisposable
{
    private const int MostOpen = 32;

    private readonly List<Link> _links = [];

    /// <summary>The lowest directory, which is always open.</summary>
    public FileDescriptor Lowest => _links[^1].Directory!;

    /// <param name="directory">Belongs to the chain from now on.</param>
    /// <param name="isElsewhere">Whether it is not below the directory before it, so that its <c>..</c> leads elsewhere.</param>
    public void Push(FileDescriptor directory, bool isElsewhere)
    {
        if (isElsewhere && _links.Count > 0)
        {
            _links[^1].StaysOpen = true;
        }

        _links.Add(new Link(directory));
        int above = _links.Count - 1 - MostOpen;
        if (above >= 0)
        {
            _links[above].Close();
        }
    }

    /// <summary>Leaves the lowest directory.</summary>
    /// <returns>That directory, which the caller closes. Its mode may be changed now: the one above is open.</returns>
    /// <exception cref="FileArchiveException">The one above has been moved meanwhile.</exception>
    public FileDescriptor Leave()
    {
        FileDescriptor left = Lowest;
        if (_links.Count > 1)
        {
            _links[^2].Reopen(left);
        }

        _links.RemoveAt(_links.Count - 1);
        return left;
    }

    public void Dispose()
    {
        _links.ForEach(link => link.Directory?.Dispose());
        _links.Clear();
    }

    private sealed class Link(FileDescriptor directory)
    {
        private FileStatus? _status;

        public FileDescriptor? Directory { get; private set; } = directory;

        public bool StaysOpen { get; set; }

        public void Close()
        {
            if (!StaysOpen && Directory is { } open)
            {
                _status = Libc.TryStatus(open.Number);
                open.Dispose();
                Directory = null;
            }
        }

        public void Reopen(FileDescriptor below)
        {
            if (Directory is not null)
            {
                return;
            }

            Directory = Libc.TryOpenAt(below, ".."u8, Libc.O_RDONLY | Libc.O_DIRECTORY, UnixFileMode.None, out int errno)
                ?? throw new FileArchiveException($"a directory cannot be opened again: {Errno.Text(errno)}", cause: new LinuxException("openat(..)", errno));
            if (Libc.TryStatus(Directory.Number) is not { } now || (now.Device, now.Inode) != (_status?.Device, _status?.Inode))
            {
                throw new FileArchiveException("a directory was moved while its tree was walked; something outside the program writes to it");
            }
        }
    }
}
