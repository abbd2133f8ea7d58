namespace Crik.Criu;

/// <summary>
/// What criu measured of a dump: <c>stats-dump</c> (images/stats.proto). criu writes it after the checkpoint was committed,
/// so it may be missing, and nothing depends on it.
/// </summary>
internal static class DumpStatistics
{
    /// <summary>How long the program stood still.</summary>
    /// <returns><see langword="null"/> when it is not there, or cannot be read.</returns>
    public static TimeSpan? FindFrozen(string images)
    {
        try
        {
            List<byte[]> messages = CriuImage.Read(Path.Combine(images, "stats-dump")).Messages;
            ReadOnlySpan<byte> dump = messages.Count == 1 ? ProtoReader.FindBytes(messages[0], 1) : default;
            long microseconds = (uint)ProtoReader.FindNumber(dump, 1) + (long)(uint)ProtoReader.FindNumber(dump, 2);
            return dump.IsEmpty ? null : new TimeSpan(microseconds * TimeSpan.TicksPerMicrosecond);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }
}
