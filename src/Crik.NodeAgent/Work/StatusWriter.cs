using Crik.Contracts.PodCheckpoints;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Work;

/// <summary>Writes statuses, and tells people of those that end the work on an object.</summary>
internal sealed class StatusWriter(World world, KnownCheckpoints known, CheckpointMetrics metrics, TimeProvider clock)
{
    public async Task<PodCheckpointDocument> WriteAsync(PodCheckpointDocument item, PodCheckpointStatus status, CancellationToken cancellationToken)
    {
        PodCheckpointDocument written = await world.Objects.WriteStatusAsync(item, status, cancellationToken);
        known.Note(written);
        return written;
    }

    /// <param name="node">The node of this agent. Null where the leader speaks of an object that no node has.</param>
    public async Task FailAsync(PodCheckpointDocument item, CheckpointStep.Fail fail, string? node, CancellationToken cancellationToken)
    {
        await WriteAsync(item, StatusChange.Failed(item, fail, node, clock.GetUtcNow()), cancellationToken);
        metrics.CountFailure(fail.Reason);
        await world.Notices.TellAsync(item, isWarning: true, fail.Reason, fail.Message, cancellationToken);
    }

    public async Task FinishAsync(PodCheckpointDocument item, CancellationToken cancellationToken)
    {
        PodCheckpointDocument written = await WriteAsync(item, StatusChange.Finished(item, clock.GetUtcNow()), cancellationToken);
        string results = string.Join(", ", (written.Status?.Containers ?? []).Select(static one => $"{one.Name}: {one.Image ?? $"generation {one.Generation}"}"));
        await world.Notices.TellAsync(item, isWarning: false, PodCheckpointReasons.Completed, $"The checkpoint {item.Metadata!.Name} is complete. {results}.", cancellationToken);
    }
}
