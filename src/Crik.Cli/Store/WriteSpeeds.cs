namespace Crik.Store;

/// <summary>
/// Estimates from the last checkpoints how long the next one takes, so that crik does not begin a dump that cannot end in time. A speed
/// counts bytes of the program's memory, not bytes on the disk, so that plain and compressed checkpoints can be compared.
/// </summary>
/// <param name="Plain">The speeds of the last plain checkpoints, oldest first, in bytes a second until their pages were on the disk.</param>
/// <param name="Compressed">The speeds of the last compressed checkpoints.</param>
/// <param name="CompressedPercent">The size of the last compressed memory, in percent of its size before.</param>
internal sealed record WriteSpeeds(IReadOnlyList<long> Plain, IReadOnlyList<long> Compressed, int? CompressedPercent = null)
{
    /// <summary>The smallest checkpoint that counts. The time of a smaller one depends on other things than the disk.</summary>
    public const long LeastBytes = 64 << 20;

    /// <summary>How many checkpoints are remembered.</summary>
    public const int Remembered = 4;

    /// <summary>How many checkpoints an objection needs, because a busy neighbour on the volume may have slowed down a single one.</summary>
    private const int LeastSamples = 2;

    /// <summary>The disk may be this many times faster than it ever was. Trying in vain costs less than missing a checkpoint that fits.</summary>
    private const double Doubt = 2;

    public static WriteSpeeds Unknown { get; } = new([], []);

    /// <summary>The best speed of the last plain checkpoints.</summary>
    public long? BytesPerSecond => Best(Plain);

    public long? CompressedBytesPerSecond => Best(Compressed);

    /// <param name="bytes">The program's memory.</param>
    /// <param name="compressedBytes">Its size after compression; <see langword="null"/> when it was not compressed.</param>
    /// <returns>The new speeds; unchanged when the checkpoint is too small to count.</returns>
    public WriteSpeeds Learn(long bytes, long? compressedBytes, TimeSpan took)
    {
        if (bytes < LeastBytes || took <= TimeSpan.Zero)
        {
            return this;
        }

        long speed = (long)(bytes / took.TotalSeconds);
        return compressedBytes is not { } left ? this with { Plain = [.. Plain.TakeLast(Remembered - 1), speed] }
            : this with { Compressed = [.. Compressed.TakeLast(Remembered - 1), speed], CompressedPercent = (int)Math.Clamp(left * 100.0 / bytes, 1, 100) };
    }

    /// <returns>Why a dump cannot end in time; <see langword="null"/> when it may.</returns>
    public string? Objection(long bytes, bool compressed, TimeSpan available)
    {
        IReadOnlyList<long> samples = compressed ? Compressed : Plain;
        if (samples.Count < LeastSamples || Best(samples) is not (> 0 and { } speed) || bytes < LeastBytes)
        {
            return null;
        }

        double seconds = (double)bytes / speed; // at a few bytes a second, more than a TimeSpan holds
        return seconds <= available.TotalSeconds * Doubt ? null
            : $"about {bytes >> 20} MiB would take {seconds:0} s at the {speed >> 20} MiB/s of the best of the last {samples.Count} checkpoints, and there are "
                + $"{available.TotalSeconds:0} s; raise gracePeriod and the pod's terminationGracePeriodSeconds together";
    }

    /// <summary>Estimates how many bytes a checkpoint of this much memory writes.</summary>
    /// <param name="unknownPercent">The percentage to assume for compressed memory when none was compressed yet.</param>
    public long Foresee(long bytes, bool compressed, int unknownPercent = 100) => compressed ? bytes / 100 * (CompressedPercent ?? unknownPercent) : bytes;

    private static long? Best(IReadOnlyList<long> samples) => samples.Count > 0 ? samples.Max(0) : null;
}
