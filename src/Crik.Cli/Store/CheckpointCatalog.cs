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
/// <param name="Generation">The checkpoint's number; 0 when neither its directory nor its manifest has one.</param>
internal sealed record StoredCheckpoint(int Generation, StoredState State, string Path)
{
    public long Bytes { get; init; }

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
            StoredCheckpoint?[] found =
            [
                .. Numbered(ImageDirectory.CheckpointsIn(imageDir), StoredState.Committed),
                .. Numbered(ImageDirectory.FailedIn(imageDir), StoredState.Failed),
                .. Directory.EnumerateDirectories(imageDir, $"{CheckpointStore.StagingPrefix}*").Select(Staging),
            ];
            return [.. found.OfType().OrderBy(checkpoint => (int)checkpoint.State).OrderByDescending(checkpoint => checkpoint.Generation)]; // the sort is stable
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"imageDir {imageDir} cannot be read: {Faults.Reason(exception)}");
        }
    }

    /// <summary>Describes a directory of images that criu made without crik, so there is no manifest.</summary>
    public static StoredCheckpoint OfImages(string path) =>
        new(0, StoredState.Committed, path) { Bytes = Size(path), At = Directory.GetLastWriteTimeUtc(path) };

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

    /// <summary>Describes the checkpoints in a directory that crik makes at its first start.</summary>
    private static IEnumerable<StoredCheckpoint?> Numbered(string parent, StoredState state) => !Directory.Exists(parent) ? []
        : CheckpointStore.Numbers(parent).Select(generation => Look(Path.Combine(parent, $"{generation}"), generation, state));

    private static StoredCheckpoint? Staging(string path)
    {
        string name = Path.GetFileName(path)[CheckpointStore.StagingPrefix.Length..];
        return int.TryParse(name.AsSpan(0, Math.Max(0, name.IndexOf('.'))), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? Look(path, number, StoredState.Staging) : null;
    }

    /// <summary>Adds up the sizes of all files. It does not follow links, because they are no part of a checkpoint.</summary>
    private static long Size(string path)
    {
        long bytes = 0;
        _ = Faults.Of(() => // the owner may remove something meanwhile
        {
            foreach (string file in Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
            {
                bytes += Libc.TryStatus(file, followLinks: false) is { IsRegular: true } identity ? identity.Size : 0;
            }
        });
        return bytes;
    }
}
