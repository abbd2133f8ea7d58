using Crik.Criu.Images;

namespace Crik.Criu;

/// <summary>
/// Reads what criu measured during a dump. criu writes these figures after the checkpoint was committed, so they may be missing, and crik
/// only reports them.
/// </summary>
internal static class DumpStatistics
{
    /// <summary>Finds how long the program was frozen for a dump.</summary>
    /// <returns><see langword="null"/> when criu did not write the figures, or they cannot be read.</returns>
    public static TimeSpan? FindFrozen(string images)
    {
        try
        {
            return CriuImage.Read(Path.Combine(images, ImageName.DumpStatistics)).Messages is [byte[] only] ? new StatisticsEntry(only).Frozen : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }
}
