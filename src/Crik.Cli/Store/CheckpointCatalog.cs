namespace Crik.Store;

internal enum StoredState
{
    Committed,

    /// <summary>It could not be restored, so crik set it aside.</summary>
    Failed,

    /// <summary>A save is writing it now, or was interrupted and left it behind.</summary>
    Staging,
}

/// <summary>Describes a directory in an image directory that is, was or may become a checkpoint.</summary>
internal sealed class StoredCheckpoint(int generation, StoredState state, string path)
{
    /// <summary>The checkpoint's number; 0 when neither its directory nor its manifest has one.</summary>
    public int Generation => generation;

    public StoredState State => state;

    public string Path => path;

    /// <summary>The size of all its files.</summary>
    public long Bytes { get; init; }

    /// <summary>When the checkpoint was made.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The manifest; <see langword="null"/> when there is none, or it cannot be read.</summary>
    public CheckpointManifest? Manifest { get; init; }

    /// <summary>Why the manifest cannot be read.</summary>
    public string? Problem { get; init; }

    public string StateName => State switch { StoredState.Committed => "committed", StoredState.Failed => "failed", _ => "staging" };

    public string Images => CheckpointLayout.ImagesIn(Path);
}

/// <summary>
/// Lists what is in an image directory. It takes no lock and changes nothing, because the directory's owner may be working in it. It leaves
/// out what the owner removes meanwhile.
/// </summary>
internal static class CheckpointCatalog
{
    /// <summary>Lists all checkpoints, newest first. Of those with the same number, the committed one comes first and the unfinished one last.</summary>
    /// <exception cref="CheckpointException">The path is no image directory, or cannot be read.</exception>
    public static IReadOnlyList<StoredCheckpoint> Read(string imageDir)
    {
        try
        {
            List<StoredCheckpoint> found = [];
            Add(found, StoredState.Committed, ImageDirectory.CheckpointsIn(imageDir));
            Add(found, StoredState.Failed, ImageDirectory.FailedIn(imageDir));
            foreach (string path in Directory.EnumerateDirectories(imageDir, $"{CheckpointStore.StagingPrefix}*"))
            {
                string name = Path.GetFileName(path)[CheckpointStore.StagingPrefix.Length..];
                if (int.TryParse(name.AsSpan(0, Math.Max(0, name.IndexOf('.'))), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                    && Look(path, number, StoredState.Staging) is { } staging)
                {
                    found.Add(staging);
                }
            }

            return [.. found.OrderBy(checkpoint => (int)checkpoint.State).OrderByDescending(checkpoint => checkpoint.Generation)]; // the sort is stable
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"imageDir {imageDir} cannot be read: {exception.Message}");
        }
    }

    /// <summary>Describes a directory of images that criu made without crik, so there is no manifest.</summary>
    public static StoredCheckpoint OfImages(string path) =>
        new(0, StoredState.Committed, path) { Bytes = Size(path), At = Directory.GetLastWriteTimeUtc(path) };

    /// <summary>Describes one checkpoint.</summary>
    /// <returns><see langword="null"/> when there is no such directory.</returns>
    public static StoredCheckpoint? Look(string path, int? generation, StoredState state)
    {
        if (Libc.TryStatus(path, followLinks: false) is not { IsDirectory: true })
        {
            return null;
        }

        CheckpointManifest? manifest = null;
        string? problem = null;
        try
        {
            manifest = state == StoredState.Staging ? null : ManifestReader.ReadAlone(path, generation);
        }
        catch (CheckpointException exception)
        {
            problem = exception.Message;
        }

        return new StoredCheckpoint(generation ?? manifest?.Generation ?? 0, state, path)
        {
            Bytes = Size(path),
            At = manifest?.CreatedAt ?? Directory.GetLastWriteTimeUtc(path),
            Manifest = manifest,
            Problem = problem,
        };
    }

    private static void Add(List<StoredCheckpoint> found, StoredState state, string parent)
    {
        if (!Directory.Exists(parent))
        {
            return; // crik makes these directories at its first start
        }

        foreach (int generation in CheckpointStore.Numbers(parent))
        {
            if (Look(Path.Combine(parent, generation.ToString(CultureInfo.InvariantCulture)), generation, state) is { } checkpoint)
            {
                found.Add(checkpoint);
            }
        }
    }

    /// <summary>Adds up the sizes of all files. It does not follow links, because they are no part of a checkpoint.</summary>
    private static long Size(string path)
    {
        long bytes = 0;
        try
        {
            foreach (string file in Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
            {
                bytes += Libc.TryStatus(file, followLinks: false) is { IsRegular: true } identity ? identity.Size : 0;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The owner removed something meanwhile.
        }

        return bytes;
    }
}
