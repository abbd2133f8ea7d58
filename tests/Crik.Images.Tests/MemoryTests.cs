namespace Crik.Images.Tests;

/// <summary>No other test runs beside these, because the heap is that of all of them.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    private const long Gibibyte = 1L << 30;

    [Theory]
    [InlineData(LayerCompression.None)]
    [InlineData(LayerCompression.Gzip)]
    public async Task A_gibibyte_needs_less_than_16_MiB_of_memory(LayerCompression compression)
    {
        LayerEncryption encryption = LayerEncryption.FromCertificate(TestCertificate.Rsa().Certificate);
        CheckpointArchive archive = await CheckpointArchive.ReadAsync(new GeneratedArchive(Gibibyte), ArchiveLimits.Default, CancellationToken.None);
        CheckpointImageOptions options = new() { Compression = compression, Encryption = encryption, Processors = 2 };
        CheckpointImage image = new(archive, () => new GeneratedArchive(Gibibyte), options);

        await using Stream layer = image.OpenLayer();
        byte[] buffer = new byte[64 << 10];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long most = before;
        for (int reads = 0; await layer.ReadAsync(buffer) > 0; reads++)
        {
            most = reads % 256 is 0 ? Math.Max(most, GC.GetTotalMemory(forceFullCollection: true)) : most;
        }

        Assert.InRange(most - before, 0, 16 << 20);
        Assert.InRange(archive.Size, Gibibyte, Gibibyte + (1 << 20));
        Assert.NotNull(image.Layer);
    }
}
