using System.Text.Json;
using Crik.Linux;

namespace Crik.Files;

/// <summary>The index of an archive, read as what it is: untrusted input. Lines, counts and numbers are bounded.</summary>
internal static class ArchiveIndex
{
    private const int LongestLine = 1 << 20;
    private const long MostEntries = 10_000_000;
    private const int LongestPath = 4095; // PATH_MAX

    /// <summary>Looks at every line and at how they fit together, and writes nothing.</summary>
    public static void Check(string archive, ArchiveRoots roots, CancellationToken cancellationToken)
    {
        long dataBytes = 0;
        HashSet<string> files = [];
        bool afterLink = false;
        foreach (FileEntry entry in Read(archive))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Check(entry, roots);
            bool isSingle = roots.IsSingle(entry.Path);
            if (afterLink && (!isSingle || entry.Kind == FileEntry.Place) && !roots.IsLeftOut(entry.Path))
            {
                throw Damaged("single links come before what may be reached through links"); // crik writes them after it
            }

            afterLink |= isSingle && entry.Kind == FileEntry.Symlink;
            switch (entry.Kind)
            {
                case FileEntry.Regular:
                    long bytes = CheckExtents(entry);
                    dataBytes = bytes <= long.MaxValue - dataBytes ? dataBytes + bytes : throw Damaged("its files are larger than any disk");
                    files.Add(Convert.ToBase64String(entry.Path));
                    break;
                case FileEntry.HardLink when entry.Target is null || !files.Contains(Convert.ToBase64String(entry.Target)):
                    throw Damaged("a hard link leads to no earlier file");
            }
        }

        Libc.ThrowOnTrouble(FileArchive.DataPath(archive));
        long there = Libc.Identify(FileArchive.DataPath(archive), followLinks: false) is { IsRegular: true } data ? data.Size : -1;
        if (there != dataBytes)
        {
            throw Damaged($"its contents have {there} bytes instead of {dataBytes}");
        }
    }

    /// <summary>The entries in order. Throws when the frame around them is not whole.</summary>
    public static IEnumerable<FileEntry> Read(string archive)
    {
        string path = FileArchive.IndexPath(archive);
        if (Libc.Identify(path, followLinks: false) is not { IsRegular: true })
        {
            Libc.ThrowOnTrouble(path);
            throw Damaged("its index is missing, or no plain file");
        }

        using FileStream index = File.OpenRead(path);
        LineReader lines = new(index, LongestLine);
        IndexFrame start = Parse(lines.Next(), FileJson.ReadFrame);
        if (start.Format != FileArchive.Format || start.IsEnd)
        {
            throw Damaged($"its format is {start.Format}, and this crik knows {FileArchive.Format}");
        }

        long count = 0;
        while (true)
        {
            byte[] line = lines.Next() ?? throw Damaged("its index is cut off");
            if (IsFrame(line))
            {
                IndexFrame end = Parse(line, FileJson.ReadFrame);
                if (!end.IsEnd || end.Entries != count || lines.Next() is not null)
                {
                    throw Damaged("its index does not end as it should");
                }

                yield break;
            }

            if (++count > MostEntries)
            {
                throw Damaged("it has too many files");
            }

            yield return Parse(line, FileJson.ReadEntry);
        }
    }

    public static bool IsBelow(ReadOnlySpan<byte> path, ReadOnlySpan<byte> root) =>
        path.StartsWith(root) && (path.Length == root.Length || path[root.Length] == (byte)'/');

    /// <summary>How much of the data file is this entry's.</summary>
    public static long DataBytes(FileEntry entry)
    {
        long bytes = 0;
        for (int i = 1; i < (entry.Extents?.Length ?? 0); i += 2)
        {
            bytes += entry.Extents![i];
        }

        return bytes;
    }

    public static FileArchiveException Damaged(string why) => new($"the checkpoint's archive of files cannot be trusted: {why}", isDamage: true);

    private static bool IsFrame(ReadOnlySpan<byte> line) => line.StartsWith("{\"format\""u8);

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

    private static void Check(FileEntry entry, ArchiveRoots roots)
    {
        ReadOnlySpan<byte> path = entry.Path;
        string shown = System.Text.Encoding.UTF8.GetString(path);
        if (path.Length is < 2 or > LongestPath || path[0] != (byte)'/' || path.Contains((byte)0))
        {
            throw Damaged("it names a path that makes no sense");
        }

        foreach (Range part in path[1..].Split((byte)'/'))
        {
            ReadOnlySpan<byte> name = path[1..][part];
            if (name.IsEmpty || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8) || name.Length > 255)
            {
                throw Damaged($"it names the path {shown}");
            }
        }

        if (!roots.Allow(entry.Path))
        {
            throw new FileArchiveException(
                $"the checkpoint has the file {shown}, which is under none of the additionalPaths; add its path again, or remove the checkpoint");
        }

        bool known = entry.Kind is FileEntry.Directory or FileEntry.Regular or FileEntry.Symlink or FileEntry.HardLink or FileEntry.Fifo or FileEntry.Place;
        bool linked = entry.Kind is FileEntry.Symlink or FileEntry.HardLink;
        if (!known || entry.Mode > 0xFFF || entry.Size < 0 || linked != (entry.Target is { Length: > 0 and <= LongestPath })
            || entry.Target?.Contains((byte)0) == true
            || entry.Attributes?.Any(attribute => attribute is null || attribute.Name.Length is 0 or > 255 || attribute.Name.Contains((byte)0) || attribute.Value.Length > 65536) == true)
        {
            throw Damaged($"what it says of {shown} makes no sense");
        }
    }

    private static long CheckExtents(FileEntry entry)
    {
        long[] extents = entry.Extents ?? [];
        long end = 0;
        for (int i = 0; i < extents.Length; i += 2)
        {
            if (extents.Length % 2 != 0 || extents[i] < end || extents[i + 1] <= 0 || extents[i + 1] > entry.Size - extents[i])
            {
                throw Damaged("the pieces of a file overlap");
            }

            end = extents[i] + extents[i + 1];
        }

        return DataBytes(entry);
    }

    /// <summary>Lines of bounded length.</summary>
    private sealed class LineReader(FileStream file, int longest)
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
                if (line.Count > longest)
                {
                    throw Damaged("a line of its index is too long");
                }

                (_start, _end) = (0, file.Read(_buffer));
                if (_end == 0)
                {
                    return line.Count == 0 ? null : throw Damaged("its index is cut off");
                }
            }
        }
    }
}
