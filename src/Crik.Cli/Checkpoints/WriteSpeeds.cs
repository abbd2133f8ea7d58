namespace Crik.Checkpoints;

/// <summary>
/// What earlier checkpoints say of how long the next one takes: a dump that cannot fit need not be begun. All of it is counted in
/// bytes of the program's memory, not of what became of them on the disk: so the two ways can be compared, and a dump foreseen.
/// </summary>
/// <param name="BytesPerSecond">Saved as they are, and synced.</param>
/// <param name="CompressedBytesPerSecond">Compressed, and synced.</param>
/// <param name="CompressedPercent">What was left of them then.</param>
internal sealed record WriteSpeeds(long? BytesPerSecond = null, long? CompressedBytesPerSecond = null, int? CompressedPercent = null)
{
    /// <summary>Of smaller ones the time is not that of the disk.</summary>
    public const long LeastBytes = 64 << 20;

    /// <summary>A disk may be this much faster than it was: a checkpoint that just fits is worth more than a quick end.</summary>
    private const double Doubt = 2;

    public static WriteSpeeds Unknown { get; } = new();

    /// <param name="bytes">Of the program's memory.</param>
    /// <param name="compressedBytes">What became of them; <see langword="null"/> when they were saved as they are.</param>
    /// <returns>What is known now; what was known before when this checkpoint says nothing.</returns>
    public WriteSpeeds Learn(long bytes, long? compressedBytes, TimeSpan took)
    {
        if (bytes < LeastBytes || took <= TimeSpan.Zero)
        {
            return this;
        }

        long speed = (long)(bytes / took.TotalSeconds);
        return compressedBytes is not { } left ? this with { BytesPerSecond = speed }
            : this with { CompressedBytesPerSecond = speed, CompressedPercent = (int)Math.Clamp(left * 100.0 / bytes, 1, 100) };
    }

    /// <returns>Why it is no use to begin, or <see langword="null"/>.</returns>
    public string? Objection(long bytes, bool compressed, TimeSpan available)
    {
        long? speed = compressed ? CompressedBytesPerSecond : BytesPerSecond;
        if (speed is not > 0 || bytes < LeastBytes)
        {
            return null;
        }

        double seconds = (double)bytes / speed.Value; // more, at a few bytes a second, than a TimeSpan holds
        return seconds <= available.TotalSeconds * Doubt ? null
            : $"about {bytes >> 20} MiB would take {seconds:0} s at the {speed.Value >> 20} MiB/s of the last checkpoint, and there are "
                + $"{available.TotalSeconds:0} s; raise gracePeriod and the pod's terminationGracePeriodSeconds together";
    }

    /// <summary>What is written for so much memory, about.</summary>
    /// <param name="unknownPercent">What is left of it where nothing was compressed yet; all of it at most.</param>
    public long Foresee(long bytes, bool compressed, int unknownPercent = 100) => compressed ? bytes / 100 * (CompressedPercent ?? unknownPercent) : bytes;
}
