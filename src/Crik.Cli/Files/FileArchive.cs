namespace Crik.Files;

/// <summary>
/// Files and directories of the container that belong to the program's state. The archive is two files, an index with
/// everything about each file and one with all contents, so it does not matter which attributes the image directory's file
/// system can keep: an NFS share with root_squash will do.
/// </summary>
internal static class FileArchive
{
    public const int Format = 1;

    public static string IndexPath(string archive) => Path.Combine(archive, "index");

    public static string DataPath(string archive) => Path.Combine(archive, "data");

    /// <summary>
    /// Copies these paths. A path that is a symbolic link itself is followed; below it links stay links. One path may be below another:
    /// what is in both is copied once.
    /// </summary>
    /// <param name="single">Files that are copied by themselves; a link among them stays one.</param>
    /// <param name="places">Directories that have to be there, without what is in them; those above others first.</param>
    /// <param name="held">The files that the tree has open. One that cannot be saved makes the capture fail.</param>
    /// <exception cref="FileArchiveException">A file cannot be read, or is more than an archive can hold.</exception>
    /// <exception cref="OperationCanceledException">The copy was told to stop.</exception>
    public static FileArchiveSummary Capture(
        IReadOnlyList<string> paths, IReadOnlyList<string> single, IReadOnlyList<string> places, string archive, CancellationToken cancellationToken,
        HeldFiles? held = null)
    {
        Libc.MakeDirectory(archive, FileModes.OwnDirectory);
        ArchiveRoots roots = new(paths, []);
        using ArchiveWriter writer = new(archive, roots, held, cancellationToken);
        foreach (string place in places)
        {
            writer.AddPlace(ByteStrings.Encode(place));
        }

        foreach (byte[] root in roots.Trees)
        {
            writer.AddTree(root);
        }

        foreach (string file in single)
        {
            writer.AddSingle(ByteStrings.Encode(file), mayBeLeftOut: held?.Contains(file) != true);
        }

        return writer.Finish();
    }

    /// <summary>
    /// Puts the files back. Nothing is written before the whole index was read and found good, nothing that is not
    /// <paramref name="allowed"/>, and no link below those is followed. Files that are there and not in the archive stay.
    /// </summary>
    /// <param name="putBack">Learns what is made, so that it can be removed again, also after an exception.</param>
    /// <exception cref="FileArchiveException">The archive is damaged or hostile, or a file cannot be written.</exception>
    public static FileArchiveSummary Restore(string archive, ArchiveRoots allowed, CancellationToken cancellationToken, PutBack? putBack = null)
    {
        ArchiveCheck.Run(archive, allowed, cancellationToken);
        using ArchiveReader reader = new(archive, allowed, putBack ?? new PutBack(), cancellationToken);
        return reader.Restore();
    }
}

/// <summary>The outcome of writing an archive or of putting its files back.</summary>
/// <param name="Notes">What was left out, or could not be kept, in words.</param>
internal sealed record FileArchiveSummary(long Entries, long Bytes, IReadOnlyList<string> Notes);
