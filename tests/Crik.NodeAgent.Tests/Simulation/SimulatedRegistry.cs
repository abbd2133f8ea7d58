using Crik.NodeAgent.Images;

namespace Crik.NodeAgent.Tests.Simulation;

/// <summary>The registry of a simulation. A push that ends in the middle leaves nothing or the whole image.</summary>
internal sealed class SimulatedRegistry(Schedule schedule) : ICheckpointImages
{
    private int _number;

    /// <summary>All images by tag, also those that have lost their tag to another one.</summary>
    public List<(string Tag, string Image)> Images { get; } = [];

    public Task<string?> EncryptionProblemAsync(string space, string secret, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public async Task<string?> FindAsync(ImageOrder order, CancellationToken cancellationToken)
    {
        await PointAsync(cancellationToken);
        return Images.Where(image => image.Tag == order.Tag && image.Image.StartsWith(order.Repository + "@", StringComparison.Ordinal)).Select(static image => image.Image).LastOrDefault();
    }

    public async Task<string> PushAsync(ImageOrder order, Func<Stream> open, CancellationToken cancellationToken)
    {
        await PointAsync(cancellationToken);
        await using Stream archive = open();
        await PointAsync(cancellationToken);
        string image = $"{order.Repository}@sha256:{_number++}"; // no two are equal, as with encryption
        Images.Add((order.Tag, image));
        await PointAsync(cancellationToken);
        return image;
    }

    public async Task DeleteAsync(string repository, string tag, CancellationToken cancellationToken)
    {
        await PointAsync(cancellationToken);
        Images.RemoveAll(image => image.Tag == tag && image.Image.StartsWith(repository + "@", StringComparison.Ordinal));
        await PointAsync(cancellationToken);
    }

    private async Task PointAsync(CancellationToken cancellationToken)
    {
        await schedule.PointAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (schedule.Happens(10))
        {
            throw new CheckpointImageException("the schedule lets the registry fail");
        }
    }
}
