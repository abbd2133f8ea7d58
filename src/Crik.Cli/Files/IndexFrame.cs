namespace Crik.Files;

/// <summary>The first and the last line of an index.</summary>
internal sealed record IndexFrame(int Format, long Entries = 0, long DataBytes = 0, bool IsEnd = false);
