using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;

namespace Crik.NodeAgent.Steps;

/// <summary>Decides the next step of a PodCheckpoint. It is a pure function of what is in the object, on the disk and in the pod.</summary>
internal static class CheckpointDecision
{
    /// <summary>How long a pod that is starting is awaited.</summary>
    public static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    /// <summary>How often to look at something that changes without an event.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);

    /// <summary>After so many time limits, a container whose archive never came is given up.</summary>
    private const int MostAttempts = 3;

    public static CheckpointStep Next(CheckpointFacts facts, AgentSettings settings)
    {
        PodCheckpointStatus status = facts.Status;
        if (status.Node is { } node && node != settings.Node)
        {
            return new CheckpointStep.Nothing();
        }

        if (status.CompletionTime is not null && facts.Found.Count > 0)
        {
            return facts.OtherIsSaving ? new CheckpointStep.Wait(s_soon) : new CheckpointStep.Discard(facts.Found[0].FileName);
        }

        if (facts.Object.Metadata?.DeletionTimestamp is not null)
        {
            return Ending(facts, status);
        }

        if (status.CompletionTime is not null)
        {
            return facts.Held.FirstOrDefault(container => !IsOnlyCopy(status, container)) is { } left ? new CheckpointStep.RemoveArchive(left)
                : new CheckpointStep.Nothing();
        }

        if (CheckpointRequest.Read(facts.Object.Spec, settings, out string problem) is not { } request)
        {
            return new CheckpointStep.Fail(PodCheckpointReasons.BadSpec, problem);
        }

        return status.Node is null ? Acceptance.Decide(facts, request, settings) : Working(facts, request, status);
    }

    /// <summary>The object is being deleted. A request that was lost may still leave an archive, so that is awaited first.</summary>
    private static CheckpointStep Ending(CheckpointFacts facts, PodCheckpointStatus status)
    {
        bool isOpen = status.CompletionTime is null && (status.Containers ?? []).Any(static container => container is { FrozenTime: not null, SavedTime: null });
        bool mayRun = isOpen && facts.Now < facts.MayRunUntil;
        return facts.Held.Count > 0 ? new CheckpointStep.RemoveArchive(facts.Held.First())
            : facts.Found.FirstOrDefault(archive => archive.IsComplete || !mayRun) is { } left ? new CheckpointStep.Discard(left.FileName)
            : mayRun ? new CheckpointStep.Wait(s_soon)
            : IsProtected(facts) ? new CheckpointStep.Release()
            : new CheckpointStep.Nothing();
    }

    /// <summary>The pod is gone, and this archive is all that is left of its program. It stays until somebody deletes the object.</summary>
    private static bool IsOnlyCopy(PodCheckpointStatus status, string container) => status.Conditions.IsTrue(PodCheckpointConditions.PodDeleted)
        && (status.Containers ?? []).Any(one => one.Name == container && one is { SavedTime: not null, PushedTime: null });

    private static bool IsProtected(CheckpointFacts facts) => facts.Object.Metadata?.Finalizers?.Contains(PodCheckpointNames.ImageFinalizer) is true;

    private static CheckpointStep Working(CheckpointFacts facts, CheckpointRequest request, PodCheckpointStatus status)
    {
        if (status.Engine is CheckpointEngines.Kubelet && (!IsProtected(facts) || (facts.IsSamePod && facts.Pod!.Template is not null && status.PodSha256 is null)))
        {
            return new CheckpointStep.Protect();
        }

        IReadOnlyList<ContainerCheckpoint> containers = status.Containers ?? [];
        if (containers.FirstOrDefault(static container => container.SavedTime is null) is { Name: { } unsaved } open)
        {
            return facts.Held.Contains(unsaved) ? new CheckpointStep.Verify(unsaved)
                : open.FrozenTime is null ? Beginning(facts, unsaved)
                : Seeking(facts, request, status, unsaved);
        }

        if (request.DeletePod && status.Engine is CheckpointEngines.Kubelet && !status.Conditions.IsTrue(PodCheckpointConditions.PodDeleted)
            && containers.FirstOrDefault(container => container.PushedTime is null && !facts.Held.Contains(container.Name!)) is { } lost)
        {
            return new CheckpointStep.Fail(PodCheckpointReasons.ArchiveLost, $"The archive of the container {lost.Name} is no longer on the node, so the pod was not deleted.");
        }

        // A deletion that was refused does not hold the push. It is tried again beside it.
        bool isPodToDelete = request.DeletePod && !status.Conditions.IsTrue(PodCheckpointConditions.PodDeleted);
        if (isPodToDelete && facts.DeletionPause is null)
        {
            return new CheckpointStep.DeletePod();
        }

        CheckpointStep last = isPodToDelete ? new CheckpointStep.Wait(facts.DeletionPause!.Value) : new CheckpointStep.Finish();
        return status.Engine is CheckpointEngines.Kubelet ? Pushing(facts, containers) ?? last : last;
    }

    /// <returns>Null if every image is in the registry.</returns>
    private static CheckpointStep? Pushing(CheckpointFacts facts, IReadOnlyList<ContainerCheckpoint> containers)
    {

        // An archive is removed before the next one is pushed, so that the disk has its space back as early as possible.
        if (containers.FirstOrDefault(container => container.PushedTime is not null && facts.Held.Contains(container.Name!)) is { } pushed)
        {
            return new CheckpointStep.RemoveArchive(pushed.Name!);
        }

        // A container whose archive is lost fails the object, so the others are brought to safety before.
        ContainerCheckpoint[] unpushed = [.. containers.Where(static container => container.PushedTime is null)];
        ContainerCheckpoint? next = Array.Find(unpushed, container => facts.Held.Contains(container.Name!)) ?? unpushed.FirstOrDefault();
        return next is null ? null : new CheckpointStep.Push(next.Name!);
    }

    private static CheckpointStep Beginning(CheckpointFacts facts, string container)
    {
        if (Obstacle(facts, container) is { } obstacle)
        {
            return obstacle;
        }

        return facts.Status.Engine is CheckpointEngines.Kubelet && facts.DiskProblem is { } full ? new CheckpointStep.Fail(PodCheckpointReasons.DiskFull, full)
            : facts.OtherIsSaving ? new CheckpointStep.Wait(s_soon)
            : new CheckpointStep.Save(container);
    }

    /// <summary>The intent is in the status and its result is not. What a request that was lost has made is taken before another one is sent.</summary>
    private static CheckpointStep Seeking(CheckpointFacts facts, CheckpointRequest request, PodCheckpointStatus status, string container)
    {
        if (facts.Generation is { } generation)
        {
            return new CheckpointStep.Record(container, generation);
        }

        if (facts.Found.LastOrDefault(static archive => archive.IsComplete) is { } complete)
        {
            // Two attempts can each have made one. Only the newer one becomes the checkpoint.
            return facts.Found[0] == complete ? new CheckpointStep.Adopt(container, complete.FileName) : new CheckpointStep.Discard(facts.Found[0].FileName);
        }

        if (facts.Now < facts.MayRunUntil)
        {
            return new CheckpointStep.Wait(TimeSpan.FromTicks(Math.Min((facts.MayRunUntil - facts.Now).Ticks, s_soon.Ticks)));
        }

        if (facts.Found.Count > 0)
        {
            return new CheckpointStep.Discard(facts.Found[0].FileName);
        }

        if (Obstacle(facts, container) is { } obstacle)
        {
            return obstacle;
        }

        return facts.Now - status.StartTime > MostAttempts * request.Timeout
            ? new CheckpointStep.Fail(PodCheckpointReasons.Timeout,
                $"The container {container} was not saved within {MostAttempts} times {request.Timeout.TotalSeconds:0} s. Give it a longer timeout, and look at the log of the kubelet.")
            : new CheckpointStep.Save(container);
    }

    /// <summary>Why the container cannot be saved now, or null.</summary>
    private static CheckpointStep.Fail? Obstacle(CheckpointFacts facts, string container) =>
        !facts.IsSamePod ? new CheckpointStep.Fail(PodCheckpointReasons.PodNotFound,
            $"The pod {facts.Object.Spec!.Pod} with the UID {facts.Status.PodUid} is gone before its container {container} was saved.")
        : facts.Pod!.Phase is not "Running" ? new CheckpointStep.Fail(PodCheckpointReasons.PodNotRunning,
            $"The pod {facts.Object.Spec!.Pod} does not run any more (its phase is {facts.Pod.Phase}), so its container {container} cannot be saved.")
        : null;
}
