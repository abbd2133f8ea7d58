namespace Crik.Files;

/// <summary>Makes one file of an archive in an open directory. A file appears under its name when it is whole.</summary>
internal sealed class EntryMaker(string archive, RootDirectories directories, PutBack putBack, CancellationToken cancellationToken) : IDisposable
{
    private static readonly byte[] s_temporaryName = ".crik-restore"u8.ToArray();

    private readonly FileDescriptor _data = Libc.Open(FileArchive.DataPath(archive), Libc.O_RDONLY | Libc.O_NOFOLLOW);

    public RootDirectories Directories => directories;

    public EntryAttributes Attributes { get; } = new();

    public static FileArchiveException CannotWrite(FileEntry entry, int errno) =>
        new($"{ByteStrings.Printable(entry.Path)} cannot be restored: {Errno.Text(errno)}", cause: new LinuxException("write", errno));

    /// <param name="offset">Where its contents begin in the data file.</param>
    public void Make(FileDescriptor parent, byte[] name, FileEntry entry, long offset)
    {
        switch (entry.Kind)
        {
            case FileEntry.Regular:
                MakeFile(parent, name, entry, offset);
                break;
            case FileEntry.Place:
                MakePlace(parent, name, entry);
                break;
            case FileEntry.Fifo:
                MakeSpecial(parent, name, entry, () => Libc.MakeFifoAt(parent, s_temporaryName));
                break;
            case FileEntry.Symlink:
                MakeSpecial(parent, name, entry, () => Libc.MakeSymlinkAt(parent, s_temporaryName, entry.Target));
                break;
            case FileEntry.HardLink:
                MakeHardLink(parent, name, entry);
                break;
        }
    }

    /// <param name="follows">A link in its place is followed, and otherwise replaced.</param>
    public FileDescriptor MakeDirectory(FileDescriptor parent, byte[] name, FileEntry entry, bool follows)
    {
        for (int attempt = 0; ; attempt++)
        {
            int errno = Libc.MakeDirectoryAt(parent, name, FileModes.OwnDirectory);
            if (errno is not (0 or Errno.EEXIST))
            {
                throw CannotWrite(entry, errno);
            }

            if (errno == 0)
            {
                putBack.Add(parent, name, entry.Path);
            }

            FileDescriptor? directory = Libc.TryOpenAt(
                parent, name, Libc.O_RDONLY | Libc.O_DIRECTORY | (follows ? 0 : Libc.O_NOFOLLOW), UnixFileMode.None, out errno);
            if (directory is not null)
            {
                return directory;
            }

            // Something that is no directory has its place, for example a link, which must not be followed: it is removed.
            if (errno is not (Errno.ENOTDIR or Errno.ELOOP) || attempt > 0 || Libc.RemoveAt(parent, name, isDirectory: false) != 0)
            {
                throw CannotWrite(entry, errno);
            }
        }
    }

    private void MakeFile(FileDescriptor parent, byte[] name, FileEntry entry, long offset)
    {
        Libc.RemoveAt(parent, s_temporaryName, isDirectory: false);
        int errno;
        using (FileDescriptor file = Libc.TryOpenAt(
            parent, s_temporaryName, Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW, FileModes.OwnFile, out errno) ?? throw CannotWrite(entry, errno))
        {
            try
            {
                Fill(file, entry, offset);
                Attributes.Set(file, entry);
                errno = Move(parent, name, entry);
            }
            finally
            {
                Libc.RemoveAt(parent, s_temporaryName, isDirectory: false); // not there any more when it was renamed
            }
        }

        if (errno == 0)
        {
            return;
        }

        // A file that is a mount point, such as /etc/hosts, cannot be replaced, only written.
        using FileDescriptor mounted =
            (errno == Errno.EBUSY ? Libc.TryOpenAt(parent, name, Libc.O_RDWR | Libc.O_NOFOLLOW, UnixFileMode.None, out errno) : null) ?? throw CannotWrite(entry, errno);
        Libc.SetSize(mounted, 0);
        Fill(mounted, entry, offset);
        Attributes.Set(mounted, entry);
    }

    private void Fill(FileDescriptor file, FileEntry entry, long offset)
    {
        Libc.SetSize(file, entry.Size);
        long[] extents = entry.Extents ?? [];
        long done = 0;
        for (int i = 0; i < extents.Length; i += 2)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Libc.CopyRange(_data, offset + done, file, extents[i], extents[i + 1]) != extents[i + 1])
            {
                throw IndexReader.Damaged("its contents are cut off");
            }

            done += extents[i + 1];
        }
    }

    private void MakeHardLink(FileDescriptor parent, byte[] name, FileEntry entry)
    {
        (FileDescriptor directory, byte[] target) = directories.OpenTarget(entry);
        using (directory)
        {
            Libc.RemoveAt(parent, s_temporaryName, isDirectory: false);
            int errno = Libc.MakeHardLinkAt(directory, target, parent, s_temporaryName);
            errno = errno != 0 ? errno : Move(parent, name, entry);
            Libc.RemoveAt(parent, s_temporaryName, isDirectory: false); // rename does nothing when both are one file already
            if (errno != 0)
            {
                throw CannotWrite(entry, errno);
            }
        }
    }

    private void MakePlace(FileDescriptor parent, byte[] name, FileEntry entry)
    {
        int errno = Libc.MakeDirectoryAt(parent, name, FileModes.OwnDirectory);
        if (errno == Errno.EEXIST)
        {
            return;
        }

        using FileDescriptor directory =
            (errno != 0 ? null : Libc.TryOpenAt(parent, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, UnixFileMode.None, out errno)) ?? throw CannotWrite(entry, errno);
        putBack.Add(parent, name, entry.Path);
        Attributes.Set(directory, entry);
    }

    private void MakeSpecial(FileDescriptor parent, byte[] name, FileEntry entry, Func<int> make)
    {
        int errno = make();
        if (errno == Errno.EEXIST)
        {
            Libc.RemoveAt(parent, s_temporaryName, isDirectory: false);
            errno = make();
        }

        if (errno == 0 && entry.Kind == FileEntry.Fifo)
        {
            using FileDescriptor? fifo = Libc.TryOpenAt(
                parent, s_temporaryName, Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_NOFOLLOW, UnixFileMode.None, out errno);
            errno = fifo is null ? errno : Libc.SetMode(fifo, entry.Mode);
        }

        if (errno == 0)
        {
            Attributes.SetOwnerAndTimes(parent, s_temporaryName, entry);
            errno = Move(parent, name, entry);
        }

        if (errno != 0)
        {
            Libc.RemoveAt(parent, s_temporaryName, isDirectory: false);
            throw CannotWrite(entry, errno);
        }
    }

    public void Dispose() => _data.Dispose();

    /// <summary>Gives the file that is ready its name.</summary>
    private int Move(FileDescriptor parent, byte[] name, FileEntry entry)
    {
        bool isNew = Libc.Status(parent, name, followLinks: false) is null;
        int errno = Libc.RenameAt(parent, s_temporaryName, name);
        if (errno == 0 && isNew)
        {
            putBack.Add(parent, name, entry.Path);
        }

        return errno;
    }
}

/// <summary>Sets the owner, mode, times and attributes of a file, and counts what it could not set.</summary>
internal sealed class EntryAttributes
{
    /// <summary>How many owners could not be set.</summary>
    public long NotOwned { get; private set; }

    /// <summary>How many extended attributes could not be set.</summary>
    public long NotAttributed { get; private set; }

    /// <summary>Sets everything. The owner comes first, because setting it clears the set-user-id bits and file capabilities.</summary>
    public void Set(FileDescriptor file, FileEntry entry)
    {
        NotOwned += Libc.SetOwner(file, [], entry.UserId, entry.GroupId) == 0 ? 0 : 1;
        foreach (FileEntry.Attribute attribute in entry.Attributes ?? [])
        {
            NotAttributed += Libc.SetAttribute(file, attribute.Name, attribute.Value) == 0 ? 0 : 1;
        }

        int errno = Libc.SetMode(file, entry.Mode);
        if (errno is not (0 or Errno.EPERM))
        {
            throw EntryMaker.CannotWrite(entry, errno);
        }

        Libc.SetTimes(file, [], entry.AccessedAt, entry.ModifiedAt);
    }

    /// <summary>Sets what a link or FIFO can have without being opened.</summary>
    public void SetOwnerAndTimes(FileDescriptor parent, ReadOnlySpan<byte> name, FileEntry entry)
    {
        NotOwned += Libc.SetOwner(parent, name, entry.UserId, entry.GroupId) == 0 ? 0 : 1;
        Libc.SetTimes(parent, name, entry.AccessedAt, entry.ModifiedAt);
    }
}
