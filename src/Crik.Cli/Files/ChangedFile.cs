namespace Crik.Files;

/// <summary>A file of the container's own layer.</summary>
internal sealed record ChangedFile(string Path, FileStatus Status);
