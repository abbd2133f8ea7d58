using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Archives;
using Crik.NodeAgent.Engines;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Work;

/// <summary>The steps until the memory is safe, and the deletion of the pod.</summary>
internal sealed class SavingSteps(World world, StatusWriter status, Intents intents, CheckpointMetrics metrics, TimeProvider clock)
{
    /// <summary>The pause before the kubelet is asked again that could not be reached.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    /// <summary>Keeps the object until its images are deleted, and the pod as the agent sees it.</summary>
    public async Task ProtectAsync(CheckpointFacts facts, CancellationToken cancellationToken)
    {
        PodView? pod = facts.IsSamePod ? facts.Pod : null;
        PodCheckpointDocument item = await world.Objects.ProtectAsync(facts.Object, pod?.Template, cancellationToken);
        if (pod?.Template is { } kept && (await status.WriteAsync(item, StatusChange.Protected(item, kept), cancellationToken) is { Status.PodSha256: null } written))
        {
            await status.FailAsync(written, new CheckpointStep.Fail(PodCheckpointReasons.OldDefinition,
                "The definition of PodCheckpoints in the cluster is older than the agent and drops what it writes. Apply charts/crik/crds, which Helm does not do."),
                node: null, cancellationToken);
        }
    }

    /// <returns>Null to go on at once, or how long to wait.</returns>
    public async Task<TimeSpan?> SaveAsync(PodCheckpointDocument item, CheckpointRequest request, string container, CancellationToken cancellationToken)
    {
        string uid = item.Metadata!.Uid!;
        if (!intents.Known.Reserve(item))
        {
            return s_pause;
        }

        // Whatever an earlier request has made was taken or removed before this step, so what comes from now on is the result.
        intents.Attempts.Answered(uid);
        item = await status.WriteAsync(item, StatusChange.Intended(item, container, clock.GetUtcNow()), cancellationToken);
        ContainerName name = Name(item, container);
        intents.Attempts.Sent(uid);
        return item.Status!.Engine is CheckpointEngines.Crik
            ? await ByCrikAsync(item, request, name, cancellationToken)
            : await ByKubeletAsync(item, request, name, cancellationToken);
    }

    public async Task RecordAsync(PodCheckpointDocument item, string container, CrikGeneration generation, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        TimeSpan took = now - (One(item, container).FrozenTime ?? now);
        await status.WriteAsync(item, StatusChange.Saved(item, container, old => old with { Generation = generation.Number, Bytes = generation.Bytes, SavedTime = now }, now), cancellationToken);
        metrics.CountSave(CheckpointEngines.Crik, took, generation.Bytes ?? 0);
    }

    /// <summary>Reads the archive from begin to end. Only then may the pod be deleted.</summary>
    public async Task VerifyAsync(PodCheckpointDocument item, CheckpointRequest request, string container, CancellationToken cancellationToken)
    {
        HeldArchive held = new(item.Metadata!.Uid!, container);
        CheckedArchive archive;
        try
        {
            archive = await world.Archives.CheckAsync(held, SavedContainer.Of(item, container), cancellationToken);
        }
        catch (ArchiveException problem)
        {
            await status.FailAsync(item, new CheckpointStep.Fail(problem.Reason, problem.Message), node: null, cancellationToken);
            return;
        }

        DateTimeOffset asked = One(item, container).FrozenTime ?? archive.WrittenAt;
        DateTimeOffset frozen = archive.CheckpointedAt is { } time && time > asked && time < archive.WrittenAt ? time : asked;
        await status.WriteAsync(item, StatusChange.Saved(item, container, old => old with
        {
            Archive = held.FileName,
            Bytes = archive.Bytes,
            Runtime = archive.Runtime,
            FrozenTime = frozen,
            SavedTime = archive.WrittenAt,
        }, clock.GetUtcNow()), cancellationToken);
        metrics.CountSave(CheckpointEngines.Kubelet, archive.WrittenAt - asked, archive.Bytes);
    }

    /// <summary>Deletes the pod. A refusal is written into the status, and does not hold the push: the archives are valid.</summary>
    /// <param name="limit">After so long without success, the object counts as stalled.</param>
    public async Task DeletePodAsync(CheckpointFacts facts, CheckpointRequest request, TimeSpan limit, CancellationToken cancellationToken)
    {
        PodCheckpointDocument item = facts.Object;
        bool wasEnding = !facts.IsSamePod || facts.Pod!.IsEnding;
        bool isMine;
        try
        {
            isMine = await world.Pods.DeleteAsync(new ObjectName(item.Metadata!.Namespace, request.Pod), item.Status!.PodUid!, cancellationToken) && !wasEnding;
        }
        catch (KubernetesException refusal) when (refusal.Failure is KubernetesFailure.Refused)
        {
            intents.Deletions.Refused(item.Metadata!.Uid!, refusal.RetryAfter);
            await NotDeletedAsync(item, $"The pod {request.Pod} cannot be deleted: {refusal.Message}", limit, cancellationToken);
            return;
        }

        DateTimeOffset now = clock.GetUtcNow();
        bool hasEnded = item.Status.Engine is CheckpointEngines.Crik && !request.RunsOn;
        TimeSpan? gap = hasEnded ? TimeSpan.Zero : isMine ? now - item.Status.Containers!.Min(static one => one.FrozenTime) : null;
        await status.WriteAsync(item, StatusChange.PodDeleted(item, gap, now), cancellationToken);
        if (gap is { } measured)
        {
            metrics.CountGap(measured);
        }
    }

    private async Task NotDeletedAsync(PodCheckpointDocument item, string message, TimeSpan limit, CancellationToken cancellationToken)
    {
        DateTimeOffset now = clock.GetUtcNow();
        bool isStalled = now - item.Status!.Containers!.Max(static one => one.SavedTime) > limit;
        CheckpointStep.Fail why = new(PodCheckpointReasons.PodNotDeleted, message);
        PodCheckpointStatus next = StatusChange.NotDone(item, PodCheckpointConditions.PodDeleted, why, isStalled, now);
        if (StatusChange.IsNews(item.Status, next, PodCheckpointConditions.PodDeleted))
        {
            await status.WriteAsync(item, next, cancellationToken);
            await world.Notices.TellAsync(item, isWarning: true, PodCheckpointReasons.PodNotDeleted, message, cancellationToken);
        }
    }

    private async Task<TimeSpan?> ByCrikAsync(PodCheckpointDocument item, CheckpointRequest request, ContainerName container, CancellationToken cancellationToken)
    {
        CrikAnswer answer = await world.Crik.CheckpointAsync(container, request.RunsOn, request.Timeout, cancellationToken);
        switch (answer)
        {
            case CrikAnswer.Made made:
                intents.Attempts.Answered(item.Metadata!.Uid!);
                await RecordAsync(item, container.Container, made.Generation, cancellationToken);
                return null;
            case CrikAnswer.Refused refused:
                intents.Attempts.Answered(item.Metadata!.Uid!);
                await status.FailAsync(item, new CheckpointStep.Fail(PodCheckpointReasons.CrikFailed, refused.Message), node: null, cancellationToken);
                return null;
            default:
                return s_pause; // the next look finds what crik has made
        }
    }

    private async Task<TimeSpan?> ByKubeletAsync(PodCheckpointDocument item, CheckpointRequest request, ContainerName container, CancellationToken cancellationToken)
    {
        string uid = item.Metadata!.Uid!;
        KubeletAnswer answer = await world.Kubelet.CheckpointAsync(container, request.Timeout, cancellationToken);
        switch (answer)
        {
            case KubeletAnswer.Made made:
                return await ClaimAsync(item, made.FileName, container.Container, cancellationToken);
            case KubeletAnswer.Refused refused:
                foreach (FoundArchive part in await world.Archives.FindAsync(SavedContainer.Of(item, container.Container), One(item, container.Container).FrozenTime!.Value, cancellationToken))
                {
                    world.Archives.Discard(part.FileName); // what the container runtime had written before it failed
                }

                intents.Attempts.Answered(uid);
                await status.FailAsync(item, new CheckpointStep.Fail(refused.Reason, refused.Message), node: null, cancellationToken);
                return null;
            case KubeletAnswer.NotAsked:
                intents.Attempts.Answered(uid);
                return s_pause;
            default:
                return s_pause; // the next look finds what the kubelet has made
        }
    }

    /// <summary>Takes an archive of the kubelet for the object.</summary>
    /// <returns>Null, because there is nothing to wait for.</returns>
    public async Task<TimeSpan?> ClaimAsync(PodCheckpointDocument item, string fileName, string container, CancellationToken cancellationToken)
    {
        try
        {
            world.Archives.Claim(fileName, new HeldArchive(item.Metadata!.Uid!, container));
        }
        catch (ArchiveException problem)
        {
            TryDiscard(fileName);
            await status.FailAsync(item, new CheckpointStep.Fail(problem.Reason, problem.Message), node: null, cancellationToken);
        }

        intents.Attempts.Answered(item.Metadata!.Uid!);
        return null;
    }

    /// <summary>Removes the archive that nobody can use. A disk that refuses this too is tried again when the object has failed.</summary>
    private void TryDiscard(string fileName)
    {
        try
        {
            world.Archives.Discard(fileName);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // The facts of the object that has failed name the archive.
        }
    }

    private static ContainerCheckpoint One(PodCheckpointDocument item, string container) => item.Status!.Containers!.First(one => one.Name == container);

    private static ContainerName Name(PodCheckpointDocument item, string container) => new(item.Metadata!.Namespace!, item.Spec!.Pod!, container);
}
