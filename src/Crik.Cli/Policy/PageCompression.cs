using Crik.Configuration;
using Crik.Store;

namespace Crik.Policy;

/// <summary>Decides whether criu compresses the memory of a checkpoint.</summary>
/// <param name="Reason">The reason of the decision, for the log.</param>
/// <param name="WasRefused">Whether the configuration asks for compression, but this criu cannot compress.</param>
internal sealed record PageCompression(bool Compresses, string Reason, bool WasRefused = false)
{
    /// <summary>
    /// The speed in bytes a second below which a disk counts as slow, so that compression saves time. docs/design/0017-less-to-write.md has
    /// the measurements.
    /// </summary>
    public const long SlowDisk = 150L << 20;

    /// <param name="canCompress">Asks whether criu can compress. It is called only when it matters, because it starts a process.</param>
    /// <param name="bytes">The bytes of the program's memory.</param>
    /// <param name="free">The bytes that are free in the image directory.</param>
    /// <param name="available">The time that the save may take.</param>
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
