namespace Crik.Criu;

/// <summary>What criu, as it was built and under this kernel, can do beyond the necessary.</summary>
/// <param name="TracksMemory">The kernel tells which pages were written to since the last dump.</param>
/// <param name="LazyPages">A program can run before its pages are there.</param>
/// <param name="Compresses">It was built with LZ4.</param>
internal sealed record CriuFeatures(bool TracksMemory, bool LazyPages, bool Compresses)
{
    public static CriuFeatures None { get; } = new(false, false, false);

    public static CriuFeatures Read(ReadOnlySpan<byte> features) =>
        new(ProtoReader.FindNumber(features, 1) != 0, ProtoReader.FindNumber(features, 2) != 0, ProtoReader.FindNumber(features, 4) != 0);
}
