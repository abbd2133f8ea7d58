using Crik.Configuration;

namespace Crik.Checkpoints;

/// <summary>Whether criu compresses the memory of a checkpoint.</summary>
/// <param name="Reason">For the log.</param>
/// <param name="WasRefused">Somebody wants it, and it cannot be had.</param>
internal sealed record PageCompression(bool Compresses, string Reason, bool WasRefused = false)
{
    /// <summary>A disk that takes less than this gains by it; docs/design/0017-less-to-write.md says how that was found.</summary>
    public const long SlowDisk = 150L << 20;

    /// <param name="canCompress">criu can; asked only when it matters, for criu starts a process to answer.</param>
    /// <param name="bytes">Of the program's memory.</param>
    /// <param name="free">Bytes that the image directory has room for.</param>
    /// <param name="available">Time there is.</param>
    public static PageCompression Decide(Compression wanted, Func<bool> canCompress, long bytes, long free, TimeSpan available, WriteSpeeds speeds)
    {
        PageCompression decision = wanted switch
        {
            Compression.None => new(false, "compression is none"),
            Compression.Lz4 => new(true, "compression is lz4"),
            _ when bytes < WriteSpeeds.LeastBytes => new(false, $"it is small: {bytes >> 20} MiB"),
            _ when free < bytes => new(true, $"{free >> 20} MiB are free, and there are {bytes >> 20} MiB of memory"),
            _ => ByTime(bytes, available, speeds),
        };
        return !decision.Compresses || canCompress() ? decision
            : new(false, "this criu has no LZ4: install one of 4.3 or newer that was built with it", WasRefused: wanted == Compression.Lz4);
    }

    private static PageCompression ByTime(long bytes, TimeSpan available, WriteSpeeds speeds) => speeds switch
    {
        { BytesPerSecond: { } plain, CompressedBytesPerSecond: { } compressed } =>
            new(compressed > plain, $"{plain >> 20} MiB of memory a second were saved as they are, {compressed >> 20} compressed"),
        { BytesPerSecond: { } plain } =>
            new(plain < SlowDisk || speeds.Objection(bytes, compressed: false, available) is not null, $"{plain >> 20} MiB of memory a second were saved as they are"),
        _ => new(false, "nothing is known of the volume yet"),
    };
}
