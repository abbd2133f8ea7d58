namespace Crik.Registry.Tests.Pushing;

/// <summary>Other tests would change what it measures.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
[Collection(Name)]
public sealed class UploadMemoryTests : PushTest
{
    private const string Name = "The memory of a push";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_push_of_any_size_needs_little_memory(bool inOneRequest)
    {
        const long Size = 256 << 20;
        RegistryRepository repository = Repository();
        await UploadAsync(repository); // whatever is made once
        Registry.SmallestChunk = inOneRequest ? $"{Size}" : null;
        HeapMeter meter = new();

        BlobDescriptor blob = await repository.UploadAsync(() => new RepeatedStream(Size), meter, default);

        Assert.Equal(Size, Registry.Blobs[blob.Digest]);
        Assert.InRange(meter.Growth, 0, 32 << 20);
    }

    /// <summary>Looks at what is really used, each time when another 32 MiB were sent.</summary>
    private sealed class HeapMeter : IProgress<long>
    {
        private readonly long _before = GC.GetTotalMemory(forceFullCollection: true);
        private long _next;

        public long Growth { get; private set; }

        public void Report(long value)
        {
            if (value >= _next)
            {
                _next += 32 << 20;
                Growth = Math.Max(Growth, GC.GetTotalMemory(forceFullCollection: true) - _before);
            }
        }
    }
}
