namespace Crik.Files;

/// <summary>Writes the index of an archive: a line that opens it, a line for each file, and a line that closes it.</summary>
internal sealed class IndexWriter : IDisposable
{
    private readonly FileStream _index;
    private readonly long _mostEntries;

    public IndexWriter(string archive, long mostEntries = ArchiveLimits.MostEntries)
    {
        _mostEntries = mostEntries;
        _index = new FileStream(FileArchive.IndexPath(archive), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 1 << 16,
            UnixCreateMode = FileModes.OwnFile,
        });
        WriteLine(FileJson.Write(new IndexFrame(FileArchive.Format)));
    }

    public long Entries { get; private set; }

    /// <exception cref="FileArchiveException">The reader would not take it.</exception>
    public void Write(FileEntry entry)
    {
        if (entry.Path.Length > ArchiveLimits.LongestPath)
        {
            throw Refused(entry, $"its path has more than {ArchiveLimits.LongestPath} bytes");
        }

        byte[] line = FileJson.Write(entry);
        if (line.Length > ArchiveLimits.LongestLine)
        {
            throw Refused(entry, $"its extended attributes take more than {ArchiveLimits.LongestLine >> 20} MiB");
        }

        if (Entries == _mostEntries)
        {
            throw new FileArchiveException(
                $"there are more than {_mostEntries} files in the additionalPaths, which is the most that a checkpoint can hold; {ByteStrings.Printable(entry.Path)} is one too many");
        }

        WriteLine(line);
        Entries++;
    }

    public void Finish(long dataBytes)
    {
        WriteLine(FileJson.Write(new IndexFrame(FileArchive.Format, Entries, dataBytes, IsEnd: true)));
        _index.Flush();
    }

    public void Dispose() => _index.Dispose();

    private static FileArchiveException Refused(FileEntry entry, string why)
    {
        string path = ByteStrings.Printable(entry.Path.AsSpan(0, Math.Min(entry.Path.Length, 1000)));
        return new($"{path} cannot be saved in a checkpoint: {why}. Remove it, or remove its directory from additionalPaths");
    }

    private void WriteLine(byte[] line)
    {
        _index.Write(line);
        _index.WriteByte((byte)'\n');
    }
}
