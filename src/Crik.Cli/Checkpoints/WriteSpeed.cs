namespace Crik.Checkpoints;

/// <summary>What earlier checkpoints say of how long the next one takes: a dump that cannot fit need not be begun.</summary>
internal static class WriteSpeed
{
    /// <summary>Of smaller ones the time is not that of the disk.</summary>
    private const long LeastBytes = 64 << 20;

    /// <summary>A disk may be this much faster than it was: a checkpoint that just fits is worth more than a quick end.</summary>
    private const double Doubt = 2;

    /// <returns>Bytes a second, written and synced; what was known before when this one says nothing.</returns>
    public static long? Learn(long? known, long bytes, TimeSpan took) =>
        bytes >= LeastBytes && took > TimeSpan.Zero ? (long)(bytes / took.TotalSeconds) : known;

    /// <returns>Why it is no use to begin, or <see langword="null"/>.</returns>
    public static string? Objection(long bytes, long? bytesPerSecond, TimeSpan available)
    {
        if (bytesPerSecond is not > 0 || bytes < LeastBytes)
        {
            return null;
        }

        TimeSpan estimate = TimeSpan.FromSeconds((double)bytes / bytesPerSecond.Value);
        return estimate <= available * Doubt ? null
            : $"about {bytes >> 20} MiB would take {estimate.TotalSeconds:0} s at the {bytesPerSecond.Value >> 20} MiB/s of the last checkpoint, and there are "
                + $"{available.TotalSeconds:0} s; raise gracePeriod and the pod's terminationGracePeriodSeconds together";
    }
}
