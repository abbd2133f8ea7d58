namespace Crik.Files;

/// <summary>Looks at every line of an archive's index and at how they fit together, and writes nothing.</summary>
internal static class ArchiveCheck
{
    /// <exception cref="FileArchiveException">The archive is damaged or hostile, or names a path that is not allowed.</exception>
    public static void Run(string archive, ArchiveRoots roots, CancellationToken cancellationToken)
    {
        long dataBytes = 0;
        HashSet<string> files = [];
        bool afterLink = false;
        foreach (FileEntry entry in IndexReader.Read(archive))
        {
            cancellationToken.ThrowIfCancellationRequested();
            CheckPath(entry.Path, roots);
            CheckFields(entry);
            bool isSingle = roots.IsSingle(entry.Path);
            if (entry.Kind == FileEntry.Symlink && !isSingle && roots.IsOnTheWayToTree(entry.Path))
            {
                throw IndexReader.Damaged("a link of its own leads to one of the additionalPaths"); // the writer refuses that
            }

            if (afterLink && (!isSingle || entry.Kind == FileEntry.Place) && !roots.IsLeftOut(entry.Path))
            {
                throw IndexReader.Damaged("single links come before what may be reached through links"); // the writer puts them after it
            }

            afterLink |= isSingle && entry.Kind == FileEntry.Symlink;
            if (entry.Kind == FileEntry.Regular)
            {
                long bytes = CheckExtents(entry);
                dataBytes = bytes <= long.MaxValue - dataBytes ? dataBytes + bytes : throw IndexReader.Damaged("its files are larger than any disk");
                files.Add(ArchiveRoots.Key(entry.Path));
            }
            else if (entry.Kind == FileEntry.HardLink && !files.Contains(ArchiveRoots.Key(entry.Target!)))
            {
                throw IndexReader.Damaged("a hard link leads to no earlier file");
            }
        }

        Libc.ThrowOnTrouble(FileArchive.DataPath(archive));
        long there = Libc.TryStatus(FileArchive.DataPath(archive), followLinks: false) is { IsRegular: true } data ? data.Size : -1;
        if (there != dataBytes)
        {
            throw IndexReader.Damaged($"its contents have {there} bytes instead of {dataBytes}");
        }
    }

    private static void CheckPath(byte[] bytes, ArchiveRoots roots)
    {
        ReadOnlySpan<byte> path = bytes;
        if (path.Length is < 2 or > ArchiveLimits.LongestPath || path[0] != (byte)'/' || path.Contains((byte)0))
        {
            throw IndexReader.Damaged("it names a path that makes no sense");
        }

        foreach (Range part in path[1..].Split((byte)'/'))
        {
            ReadOnlySpan<byte> name = path[1..][part];
            if (name.IsEmpty || name.SequenceEqual("."u8) || name.SequenceEqual(".."u8) || name.Length > ArchiveLimits.LongestName)
            {
                throw IndexReader.Damaged($"it names the path {ByteStrings.Printable(path)}");
            }
        }

        if (!roots.Allow(bytes))
        {
            throw new FileArchiveException(
                $"the checkpoint has the file {ByteStrings.Printable(path)}, which is under none of the additionalPaths; add its path again, or remove the checkpoint");
        }
    }

    private static void CheckFields(FileEntry entry)
    {
        bool isKnown = entry.Kind is FileEntry.Directory or FileEntry.Regular or FileEntry.Symlink or FileEntry.HardLink or FileEntry.Fifo or FileEntry.Place;
        bool hasTarget = entry.Kind is FileEntry.Symlink or FileEntry.HardLink;
        int longestTarget = entry.Kind == FileEntry.HardLink ? ArchiveLimits.LongestPath : ArchiveLimits.LongestPathOfACall;
        if (!isKnown || (entry.Mode & ~FileModes.All) != 0 || entry.Size < 0
            || hasTarget != (entry.Target is { Length: > 0 }) || entry.Target?.Length > longestTarget || entry.Target?.Contains((byte)0) == true
            || entry.Attributes?.Any(attribute => !MakesSense(attribute)) == true)
        {
            throw IndexReader.Damaged($"what it says of {ByteStrings.Printable(entry.Path)} makes no sense");
        }

        static bool MakesSense(FileEntry.Attribute attribute) =>
            attribute.Name.Length is > 0 and <= ArchiveLimits.LongestAttributeName && !attribute.Name.Contains((byte)0)
            && attribute.Value.Length <= ArchiveLimits.LargestAttribute;
    }

    private static long CheckExtents(FileEntry entry)
    {
        long[] extents = entry.Extents ?? [];
        long end = 0;
        for (int i = 0; i < extents.Length; i += 2)
        {
            if (extents.Length % 2 != 0 || extents[i] < end || extents[i + 1] <= 0 || extents[i + 1] > entry.Size - extents[i])
            {
                throw IndexReader.Damaged("the pieces of a file overlap");
            }

            end = extents[i] + extents[i + 1];
        }

        return entry.DataBytes;
    }
}
