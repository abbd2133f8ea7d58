using System.Text.Json;

namespace Crik.Files;

/// <summary>Reads the index of an archive, which is not trusted: lines and counts are bounded.</summary>
internal static class IndexReader
{
    /// <summary>Reads the entries in order. Throws when the frame around them is not whole.</summary>
    public static IEnumerable<FileEntry> Read(string archive)
    {
        string path = FileArchive.IndexPath(archive);
        if (Libc.TryStatus(path, followLinks: false) is not { IsRegular: true })
        {
            Libc.ThrowOnTrouble(path);
            throw Damaged("its index is missing, or no plain file");
        }

        using FileDescriptor index = Libc.Open(path, Libc.O_RDONLY | Libc.O_NOFOLLOW);
        LineReader lines = new(index);
        IndexFrame start = Parse(lines.Next(), FileJson.ReadFrame);
        if (start.Format != FileArchive.Format || start.IsEnd)
        {
            throw Damaged($"its format is {start.Format}, and this crik knows {FileArchive.Format}");
        }

        long count = 0;
        while (true)
        {
            byte[] line = lines.Next() ?? throw Damaged("its index is cut off");
            if (line.AsSpan().StartsWith("{\"format\""u8))
            {
                IndexFrame end = Parse(line, FileJson.ReadFrame);
                if (!end.IsEnd || end.Entries != count || lines.Next() is not null)
                {
                    throw Damaged("its index does not end as it should");
                }

                yield break;
            }

            if (++count > ArchiveLimits.MostEntries)
            {
                throw Damaged("it has too many files");
            }

            yield return Parse(line, FileJson.ReadEntry);
        }
    }

    public static FileArchiveException Damaged(string why) => new($"the checkpoint's archive of files cannot be trusted: {why}", isDamage: true);

    private static T Parse<T>(byte[]? line, Func<byte[], T> read)
    {
        try
        {
            return read(line ?? throw Damaged("its index is empty"));
        }
        catch (JsonException exception)
        {
            throw Damaged(exception.Message);
        }
    }

    /// <summary>Reads lines of bounded length.</summary>
    private sealed class LineReader(FileDescriptor file)
    {
        private readonly byte[] _buffer = new byte[1 << 16];
        private int _start;
        private int _end;

        /// <returns><see langword="null"/> at the end.</returns>
        public byte[]? Next()
        {
            List<byte> line = [];
            while (true)
            {
                int newline = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
                if (newline >= 0)
                {
                    line.AddRange(_buffer.AsSpan(_start, newline));
                    _start += newline + 1;
                    return [.. line];
                }

                line.AddRange(_buffer.AsSpan(_start, _end - _start));
                if (line.Count > ArchiveLimits.LongestLine)
                {
                    throw Damaged("a line of its index is too long");
                }

                (_start, _end) = (0, (int)Libc.TryRead(file, _buffer));
                if (_end <= 0)
                {
                    _end = 0;
                    return line.Count == 0 ? null : throw Damaged("its index is cut off");
                }
            }
        }
    }
}
