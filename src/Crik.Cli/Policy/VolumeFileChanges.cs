using Crik.Files;
using Crik.Store;

namespace Crik.Policy;

/// <summary>Tells which files on volumes have changed since the checkpoint, although the program's memory comes back as it was.</summary>
internal static class VolumeFileChanges
{
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
}
