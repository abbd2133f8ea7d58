namespace Crik.Files;
internal sealed record FileArchiveSummary(int Entries, long Bytes, IReadOnlyList<string> Notes);
internal static class FileArchive
{
    public static FileArchiveSummary Capture(IReadOnlyList<string> paths, string archiveDirectory, CancellationToken cancellationToken) => throw new IOException("not there yet");
    public static FileArchiveSummary Restore(string archiveDirectory, IReadOnlyList<string> allowedPaths, CancellationToken cancellationToken) => throw new IOException("not there yet");
}
