namespace Crik.Criu;

/// <summary>
/// What criu measured of a dump: <c>stats-dump</c> (images/stats.proto). criu writes it after the checkpoint was committed,
/// so it may be missing, and nothing depends on it.
/// </summary>
/// <param name="Frozen">How long the program stood still.</param>
internal sealed record DumpStatistics(TimeSpan Frozen)
{
    /// <returns><see langword="null"/> when it is not there, or cannot be read.</returns>
    public static DumpStatistics? Find(string images)
    {
        try
        {
            List<byte[]> messages = CriuImage.Read(Path.Combine(images, "stats-dump")).Messages;
            ReadOnlySpan<byte> dump = messages.Count == 1 ? ProtoReader.FindBytes(messages[0], 1) : default;
            return dump.IsEmpty
                ? null
                : new DumpStatistics(TimeSpan.FromMicroseconds((uint)ProtoReader.FindNumber(dump, 1) + (double)(uint)ProtoReader.FindNumber(dump, 2)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }
}
