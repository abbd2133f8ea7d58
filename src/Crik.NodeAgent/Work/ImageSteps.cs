using System.Collections.Concurrent;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Watching;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Images;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Work;

/// <summary>The steps that need the registry. What fails is tried again for ever, because the archive may be all that is left of the program.</summary>
internal sealed class ImageSteps(World world, AgentSettings settings, StatusWriter status, CheckpointMetrics metrics, TimeProvider clock)
{
    /// <summary>The reason of an Event about a registry that does not delete images.</summary>
    private const string ImageKept = "ImageKept";

    private readonly ConcurrentDictionary<string, Backoff> _failures = [];

    /// <returns>Null to go on at once, or how long to wait.</returns>
    public async Task<TimeSpan?> PushAsync(CheckpointFacts facts, CheckpointRequest request, string container, CancellationToken cancellationToken)
    {
        PodCheckpointDocument item = facts.Object;
        string uid = item.Metadata!.Uid!;
        if ((item.Status!.Repository ?? request.Repository) is not { } repository)
        {
            return await NotPushedAsync(item, container, "The agent has no repository any more. Set nodeAgent.repository in the values of the chart again.", cancellationToken);
        }

        ImageOrder order = new(repository, PodCheckpointNames.Tag(uid, container), SavedContainer.Of(item, container), request.EncryptionSecret)
        {
            Runtime = item.Status.Containers!.First(one => one.Name == container).Runtime,
        };
        string? image;
        try
        {
            long began = clock.GetTimestamp();
            image = await world.Images.FindAsync(order, cancellationToken);
            if (image is null && facts.Held.Contains(container))
            {
                image = await world.Images.PushAsync(order, () => world.Archives.Open(new HeldArchive(uid, container)), cancellationToken);
                metrics.CountPush(clock.GetElapsedTime(began));
            }
        }
        catch (CheckpointImageException problem)
        {
            return await NotPushedAsync(item, container, problem.Message, cancellationToken);
        }

        _failures.TryRemove(uid, out _);
        if (image is null)
        {
            string lost = $"The archive of the container {container} is no longer on the node, and the registry has no image of it.";
            await status.FailAsync(item, new CheckpointStep.Fail(PodCheckpointReasons.ArchiveLost, lost), node: null, cancellationToken);
            return null;
        }

        await status.WriteAsync(item, StatusChange.Pushed(item, container, image, clock.GetUtcNow()), cancellationToken);
        return null;
    }

    /// <summary>Deletes the images of an object that is being deleted, and lets the object go.</summary>
    /// <returns>Null to go on at once, or how long to wait.</returns>
    public async Task<TimeSpan?> ReleaseAsync(PodCheckpointDocument item, CancellationToken cancellationToken)
    {
        string uid = item.Metadata!.Uid!;
        foreach (ContainerCheckpoint container in item.Status?.Containers ?? [])
        {
            if (container.Tag is not { } tag || RepositoryOf(item, container) is not { } repository)
            {
                continue;
            }

            try
            {
                await world.Images.DeleteAsync(repository, tag, cancellationToken);
                metrics.CountDeletedImage();
            }
            catch (CheckpointImageException kept) when (kept.IsDeletionUnsupported)
            {
                await world.Notices.TellAsync(item, isWarning: true, ImageKept, kept.Message, cancellationToken);
            }
            catch (CheckpointImageException problem)
            {
                await world.Notices.TellAsync(item, isWarning: true, PodCheckpointReasons.PushFailed, problem.Message, cancellationToken);
                return PauseOf(uid);
            }
        }

        _failures.TryRemove(uid, out _);
        await world.Objects.ReleaseAsync(item, cancellationToken);
        return null;
    }

    /// <summary>The default of the agent may have changed since the object was accepted.</summary>
    private string? RepositoryOf(PodCheckpointDocument item, ContainerCheckpoint container) =>
        container.Image is { } image ? image.Split('@')[0] : item.Status?.Repository ?? CheckpointRequest.Read(item.Spec, settings, out _)?.Repository;

    private async Task<TimeSpan?> NotPushedAsync(PodCheckpointDocument item, string container, string message, CancellationToken cancellationToken)
    {
        metrics.CountPushFailure();
        DateTimeOffset now = clock.GetUtcNow();
        bool isStalled = now - item.Status!.Containers!.First(one => one.Name == container).SavedTime > settings.PushLimit;
        PodCheckpointStatus next = StatusChange.NotPushed(item, message, isStalled, now);
        if (StatusChange.IsNews(item.Status, next, PodCheckpointConditions.Pushed))
        {
            await status.WriteAsync(item, next, cancellationToken);
            await world.Notices.TellAsync(item, isWarning: true, PodCheckpointReasons.PushFailed, message, cancellationToken);
        }

        return PauseOf(item.Metadata!.Uid!);
    }

    private TimeSpan PauseOf(string uid) =>
        _failures.GetOrAdd(uid, static _ => new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), Random.Shared.NextDouble)).Next();
}
