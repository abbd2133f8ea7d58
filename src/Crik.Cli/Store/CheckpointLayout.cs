using Crik.Criu.Images;

namespace Crik.Store;

/// <summary>Names the files and directories in the directory of one checkpoint, and of an attempt to restore it.</summary>
internal static class CheckpointLayout
{
    public const string Manifest = "manifest.json";
    public const string DumpLog = "dump.log";
    public const string RestoreLog = "restore.log";
    public const string CriuOutput = "criu.out";

    public static string ImagesIn(string checkpoint) => Path.Combine(checkpoint, "images");

    public static string FilesIn(string checkpoint) => Path.Combine(checkpoint, "files");

    public static string ManifestIn(string checkpoint) => Path.Combine(checkpoint, Manifest);

    /// <summary>Whether an image holds pages of memory, which are most of a checkpoint.</summary>
    public static bool IsPages(string image) => image.StartsWith(ImageName.PagesPrefix, StringComparison.Ordinal);
}
