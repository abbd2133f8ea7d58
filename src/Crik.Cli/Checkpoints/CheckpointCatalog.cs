using System.Globalization;
using Crik.Linux;

namespace Crik.Checkpoints;

internal enum StoredState
{
    Committed,

    /// <summary>Set aside, because it could not be restored.</summary>
    Failed,

    /// <summary>Being made, or left behind by a run that ended in the middle of it.</summary>
    Staging,
}

/// <summary>Something in an image directory that is, was or may become a checkpoint.</summary>
internal sealed class StoredCheckpoint(int generation, StoredState state, string path)
{
    /// <summary>0 when it does not say.</summary>
    public int Generation => generation;

    public StoredState State => state;

    public string Path => path;

    /// <summary>What its files hold, all together.</summary>
    public long Bytes { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>What it says about itself, where that can be read.</summary>
    public CheckpointManifest? Manifest { get; init; }

    /// <summary>Why it cannot be read.</summary>
    public string? Problem { get; init; }

    public string StateName => State switch { StoredState.Committed => "committed", StoredState.Failed => "failed", _ => "staging" };

    public string Images => System.IO.Path.Combine(Path, "images");
}

/// <summary>
/// Looks at an image directory from beside: without its lock, changing nothing, while its owner may be at work. What goes
/// away meanwhile is not there.
/// </summary>
internal static class CheckpointCatalog
{
    /// <summary>All there is, newest first.</summary>
    /// <exception cref="CheckpointException">It is no image directory, or cannot be read.</exception>
    public static IReadOnlyList<StoredCheckpoint> Read(string imageDir)
    {
        try
        {
            List<StoredCheckpoint> found = [];
            Add(found, StoredState.Committed, ImageDirectory.CheckpointsIn(imageDir));
            Add(found, StoredState.Failed, ImageDirectory.FailedIn(imageDir));
            foreach (string path in Directory.EnumerateDirectories(imageDir, $"{CheckpointStore.StagingPrefix}*"))
            {
                if (int.TryParse(Path.GetFileName(path.AsSpan())[CheckpointStore.StagingPrefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
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

    /// <summary>Images that criu made for somebody else: they say nothing about themselves.</summary>
    public static StoredCheckpoint OfImages(string path) =>
        new(0, StoredState.Committed, path) { Bytes = Size(path), At = Directory.GetLastWriteTimeUtc(path) };

    /// <summary>One of them, without a look at the others.</summary>
    /// <returns><see langword="null"/> when there is no such directory.</returns>
    public static StoredCheckpoint? Look(string path, int? generation, StoredState state)
    {
        if (Libc.Identify(path, followLinks: false) is not { IsDirectory: true })
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
            return; // before the first start
        }

        foreach (int generation in CheckpointStore.Numbers(parent))
        {
            if (Look(Path.Combine(parent, generation.ToString(CultureInfo.InvariantCulture)), generation, state) is { } checkpoint)
            {
                found.Add(checkpoint);
            }
        }
    }

    /// <summary>Links are not followed: they are no part of a checkpoint.</summary>
    private static long Size(string path)
    {
        long bytes = 0;
        try
        {
            foreach (string file in Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
            {
                bytes += Libc.Identify(file, followLinks: false) is { IsRegular: true } identity ? identity.Size : 0;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // going away while it is counted
        }

        return bytes;
    }
}
