using Crik.Contracts.PodCheckpoints;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>The requests that wait for checkpoints. Their number is limited, because each has a watch of the API server.</summary>
internal sealed class WaitingRequests(CheckpointWait wait, CheckpointerOptions options) : IDisposable
{
    private readonly SemaphoreSlim _places = new(options.MostWaiting);

    public static CheckpointerAnswer Full { get; } = CheckpointerAnswer.Later("too many requests wait for checkpoints; try again later, or with async");

    /// <returns>The place of a request, to be disposed of when it has its answer. Null when there is none.</returns>
    public IDisposable? Enter() => _places.Wait(0) ? new Place(_places) : null;

    public Task<CheckpointOutcome> WaitAsync(PodCheckpointDocument checkpoint, CancellationToken cancellationToken) =>
        wait.ForAsync(checkpoint, cancellationToken);

    public void Dispose() => _places.Dispose();

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
