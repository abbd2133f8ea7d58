using System.Text;

namespace Crik.Files;

/// <summary>What was done with an archive.</summary>
/// <param name="Notes">What was left out, or could not be kept, in words.</param>
internal sealed record FileArchiveSummary(long Entries, long Bytes, IReadOnlyList<string> Notes);

/// <summary>An archive, or a file that it names, cannot be used; the message names it.</summary>
/// <param name="isDamage">It is the archive that is at fault, and not a file that cannot be read or written.</param>
internal sealed class FileArchiveException(string message, bool isDamage = false, Exception? cause = null) : IOException(message, cause)
{
    public bool IsDamage { get; } = isDamage;
}

/// <summary>
/// Files and directories of the container that belong to the program's state. The archive is two files, an index with
/// everything about each file and one with all contents, so that it does not matter what the image directory's file
/// system can keep: an NFS share with root_squash will do.
/// </summary>
internal static class FileArchive
{
    public const int Format = 1;

    public static string IndexPath(string archive) => Path.Combine(archive, "index");

    public static string DataPath(string archive) => Path.Combine(archive, "data");

    /// <summary>Copies these paths. A path that is a symbolic link itself is followed; below it links stay links.</summary>
    /// <param name="single">Files that are copied by themselves; a link among them stays one.</param>
    /// <param name="places">Directories that have to be there, without what is in them; those above others first.</param>
    /// <exception cref="FileArchiveException">A file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was told to stop.</exception>
    public static FileArchiveSummary Capture(
        IReadOnlyList<string> paths, IReadOnlyList<string> single, IReadOnlyList<string> places, string archive, CancellationToken cancellationToken)
    {
        Linux.Libc.MakeDirectory(archive, 0x1C0);
        using ArchiveWriter writer = new(archive, cancellationToken);
        foreach (string place in places)
        {
            writer.AddPlace(Encoding.UTF8.GetBytes(place));
        }

        foreach (string path in paths)
        {
            writer.Add(Encoding.UTF8.GetBytes(path.TrimEnd('/')));
        }

        foreach (string file in single)
        {
            writer.AddSingle(Encoding.UTF8.GetBytes(file));
        }

        return writer.Finish();
    }

    /// <summary>
    /// Puts the files back. Nothing is written before the whole index was read and found good, nothing that is not
    /// <paramref name="allowed"/>, and no link below those is followed. Files that are there and not in the archive stay.
    /// </summary>
    /// <exception cref="FileArchiveException">The archive is damaged or hostile, or a file cannot be written.</exception>
    public static FileArchiveSummary Restore(string archive, ArchiveRoots allowed, CancellationToken cancellationToken)
    {
        ArchiveIndex.Check(archive, allowed, cancellationToken);
        using ArchiveReader reader = new(archive, allowed, cancellationToken);
        return reader.Restore();
    }
}
