using Crik.Criu.Images;

namespace Crik.Criu;

/// <summary>
/// Reads what criu measured during a dump. criu writes these figures after the checkpoint was committed, so they may be missing, and crik
/// only reports them.
/// </summary>
/// <remarks>stats_entry and dump_stats_entry of criu's images/stats.proto.</remarks>
internal static class DumpStatistics
{
    private const int DumpField = 1;

    // in microseconds
    private const int FreezingField = 1;
    private const int FrozenField = 2;

    /// <summary>Finds how long the program was frozen for a dump, including the time to freeze it.</summary>
    /// <returns><see langword="null"/> when criu did not write the figures, or they cannot be read.</returns>
    public static TimeSpan? FindFrozen(string images)
    {
        try
        {
            return CriuImage.Read(Path.Combine(images, ImageName.DumpStatistics)).Messages is [byte[] only]
                && ProtoReader.FindBytes(only, DumpField) is { IsEmpty: false } dump // else they are the figures of a restore
                ? TimeSpan.FromMicroseconds((uint)ProtoReader.FindNumber(dump, FreezingField) + (long)(uint)ProtoReader.FindNumber(dump, FrozenField))
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }
}
