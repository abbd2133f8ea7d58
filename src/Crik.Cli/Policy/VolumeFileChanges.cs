using Crik.Configuration;
using Crik.Files;
using Crik.Store;

namespace Crik.Policy;

/// <summary>Tells which files on volumes have changed since the checkpoint, although the program's memory comes back as it was.</summary>
internal static class VolumeFileChanges
{
    private const int MostNames = 3;

    /// <param name="now">The file as it is now; <see langword="null"/> when it is missing, which the compatibility gate reports.</param>
    public static IEnumerable<string> Of(CheckpointManifest manifest, Func<string, FileStamp?> now)
    {
        foreach (WrittenFile file in manifest.WrittenFiles)
        {
            string? change = now(file.Path) is not { } stamp ? null : file.Stamp.ChangeTo(stamp) switch
            {
                FileChange.Replaced => "was replaced by another file",
                FileChange.Resized => "has another size",
                FileChange.Modified => "was written to",
                _ => null,
            };
            if (change is not null)
            {
                yield return $"{file.Path}, which the program had open for writing at the checkpoint, {change} since";
            }
        }
    }

    /// <summary>Tells what a crash will not bring back after a checkpoint that left the program running.</summary>
    /// <returns><see langword="null"/> when there is nothing to tell.</returns>
    public static string? AfterCrash(IReadOnlyList<WrittenFile> files, StartPolicy start, WhenVolumeFilesChanged when)
    {
        bool isRestored = start.WhenCrashed == WhenCrashed.Restore || start.RestoreMode == RestoreMode.Always;
        List<WrittenFile> read = [.. files.Where(file => file.IsRead)];
        return files.Count == 0 || !isRestored ? null : when switch
        {
            WhenVolumeFilesChanged.StartFresh => $"the next start begins afresh if {Names(files)} changed since (whenVolumeFilesChanged)",
            WhenVolumeFilesChanged.Fail => $"the next start ends with an error if {Names(files)} changed since (whenVolumeFilesChanged)",
            _ when read.Count > 0 => $"criu refuses to restore if the size of {Names(read)} changed since",
            _ => $"the program writes once more to {Names(files)} what it wrote since",
        };
    }

    private static string Names(IReadOnlyList<WrittenFile> files)
    {
        string first = string.Join(", ", files.Take(MostNames).Select(file => file.Path));
        return files.Count > MostNames ? $"{first} or {files.Count - MostNames} more" : first;
    }
}
