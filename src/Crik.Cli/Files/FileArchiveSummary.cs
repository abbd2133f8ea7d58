namespace Crik.Files;

/// <summary>The outcome of writing an archive or of putting its files back.</summary>
/// <param name="Notes">What was left out, or could not be kept, in words.</param>
internal sealed record FileArchiveSummary(long Entries, long Bytes, IReadOnlyList<string> Notes);
