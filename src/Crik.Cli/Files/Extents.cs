namespace Crik.Files;

/// <summary>The stretches of a file that hold data. What is between them are holes.</summary>
internal static class Extents
{
    /// <summary>
    /// Finds the stretches, at most <paramref name="most"/>. If the file has more, the smallest holes count as data, so that the stretches
    /// around them become one. A file that is restored from them reads the same, and takes a little more room on the disk.
    /// </summary>
    public static IReadOnlyList<(long Offset, long Length)> Find(FileDescriptor file, long size, int most = ArchiveLimits.MostExtents) =>
        Collect(from => Libc.NextData(file, from, size), size, most);

    /// <param name="next">Finds the first stretch from an offset on.</param>
    internal static IReadOnlyList<(long Offset, long Length)> Collect(Func<long, (long Offset, long Length)?> next, long size, int most)
    {
        List<(long Offset, long Length)> found = [];
        long smallestHole = 1;
        long at = 0;
        while (at < size && next(at) is { Length: > 0 } extent)
        {
            at = extent.Offset + extent.Length;
            Append(found, extent, smallestHole);
            while (found.Count > most)
            {
                smallestHole *= 2;
                List<(long Offset, long Length)> all = found;
                found = [];
                all.ForEach(one => Append(found, one, smallestHole));
            }
        }

        return found;
    }

    private static void Append(List<(long Offset, long Length)> found, (long Offset, long Length) extent, long smallestHole)
    {
        if (found.Count > 0 && extent.Offset - (found[^1].Offset + found[^1].Length) < smallestHole)
        {
            found[^1] = (found[^1].Offset, extent.Offset + extent.Length - found[^1].Offset);
        }
        else
        {
            found.Add(extent);
        }
    }
}
