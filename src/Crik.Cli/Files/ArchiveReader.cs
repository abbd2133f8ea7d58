namespace Crik.Files;

/// <summary>Puts the files of an archive back. <see cref="ArchiveCheck"/> has looked at its index before.</summary>
internal sealed class ArchiveReader(string archive, ArchiveRoots roots, PutBack putBack, CancellationToken cancellationToken) : IDisposable
{
    private readonly EntryMaker _maker = new(archive, new RootDirectories(roots, putBack), putBack, cancellationToken);
    private readonly DirectoryChain _open = new();
    private readonly Stack<FileEntry> _entries = [];
    private readonly List<string> _notes = [];
    private string? _firstLeftOut;
    private long _leftOut;

    public FileArchiveSummary Restore()
    {
        long entries = 0;
        long offset = 0;
        foreach (FileEntry entry in IndexReader.Read(archive))
        {
            cancellationToken.ThrowIfCancellationRequested();
            CloseUntilAbove(entry.Path);
            try
            {
                if (!roots.IsLeftOut(entry.Path))
                {
                    Put(entry, offset);
                }
                else if (entry.Kind != FileEntry.Place)
                {
                    _firstLeftOut ??= ByteStrings.Printable(entry.Path);
                    _leftOut++;
                }
            }
            catch (Exception exception) when (roots.IsSingle(entry.Path) && FileFaults.IsOfThatFile(exception))
            {
                _notes.Add(Faults.Reason(exception)); // nobody asked for it; criu reports when the program cannot do without
            }

            offset += entry.DataBytes;
            entries++;
        }

        CloseUntilAbove([]);
        AddNotes();
        return new FileArchiveSummary(entries, offset, _notes);
    }

    public void Dispose()
    {
        _open.Dispose();
        _maker.Dispose();
    }

    private void AddNotes()
    {
        if (_leftOut > 0)
        {
            _notes.Add($"{_leftOut} files of the container are not put back, {_firstLeftOut} for one: here they are on a volume, or where nothing can be written");
        }

        if (_maker.Attributes.NotOwned > 0)
        {
            _notes.Add($"the owner of {_maker.Attributes.NotOwned} restored files could not be set, because crik does not run as root; crik's own user owns them now");
        }

        if (_maker.Attributes.NotAttributed > 0)
        {
            _notes.Add($"{_maker.Attributes.NotAttributed} extended attributes of restored files could not be set");
        }
    }

    /// <summary>A directory gets its mode and times when everything in it is there.</summary>
    private void CloseUntilAbove(ReadOnlySpan<byte> path)
    {
        while (_entries.TryPeek(out FileEntry? directory) && !ArchiveRoots.IsBelow(path, directory.Path))
        {
            _entries.Pop();
            using FileDescriptor left = _open.Leave();
            _maker.Attributes.Set(left, directory);
        }
    }

    /// <param name="offset">Where its contents begin in the data file.</param>
    private void Put(FileEntry entry, long offset)
    {
        if (_entries.TryPeek(out FileEntry? above) && !roots.IsTree(entry.Path))
        {
            if (entry.Path.Length <= above.Path.Length + 1 || entry.Path.AsSpan(above.Path.Length + 1).Contains((byte)'/'))
            {
                throw IndexReader.Damaged("a file comes before its directory");
            }

            Put(_open.Lowest, entry.Path[(above.Path.Length + 1)..], entry, offset, isRoot: false);
            return;
        }

        (FileDescriptor parent, byte[] name) = _maker.Directories.Open(entry);
        using (parent)
        {
            Put(parent, name, entry, offset, isRoot: true);
        }
    }

    private void Put(FileDescriptor parent, byte[] name, FileEntry entry, long offset, bool isRoot)
    {
        if (entry.Kind == FileEntry.Directory)
        {
            _open.Push(_maker.MakeDirectory(parent, name, entry, follows: roots.IsTree(entry.Path)), isElsewhere: isRoot);
            _entries.Push(entry);
        }
        else
        {
            _maker.Make(parent, name, entry, offset);
        }
    }
}
