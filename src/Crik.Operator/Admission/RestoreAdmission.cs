using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.Pods;
using Crik.Pods.Reading;
using Crik.Pods.Restoring;

namespace Crik.Operator.Admission;

/// <summary>Decides about pods whose annotations ask for a restore from a checkpoint of their namespace.</summary>
internal sealed class RestoreAdmission(AdmissionOptions options, IClusterFacts facts, TimeProvider time)
{
    /// <returns>Null if the pod does not ask for it.</returns>
    /// <param name="inTime">Is canceled when the answer has to be given.</param>
    /// <param name="caller">Is canceled when nobody waits for the answer any more.</param>
    public async Task<RestoreDecision?> DecideAsync(AdmissionRequest request, CancellationToken inTime, CancellationToken caller)
    {
        if (RestoreWish.Of(request.Pod, out string? problem) is not { } wish)
        {
            return null;
        }

        return problem is null ? await DecideAsync(request, wish, inTime, caller) : new RestoreDecision.Refused(problem);
    }

    private async Task<RestoreDecision> DecideAsync(AdmissionRequest request, RestoreWish wish, CancellationToken inTime, CancellationToken caller)
    {
        using CancellationTokenSource half = new(options.Timeout / 2, time); // the rest is for a pod that starts afresh
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(inTime, half.Token);
        try
        {
            IReadOnlyList<PodCheckpointDocument> checkpoints = await facts.CheckpointsAsync(request.Namespace, either.Token);
            IReadOnlyList<NodeFacts> all = await facts.NodesAsync(either.Token);
            string? chosen = request.Pod.At("spec", "nodeName").Text();
            RestoreDecision decision = wish.Decide(checkpoints, chosen is null ? all : [.. all.Where(node => node.Name == chosen)], all, request.Pod);
            return decision is RestoreDecision.Restored restored && RestoreParts.IsWithoutBaseImages(restored)
                ? restored with { Checkpoint = await WithPodAsync(request.Namespace, restored.Checkpoint, either.Token, caller) }
                : decision;
        }
        catch (KubernetesException exception)
        {
            return wish.WithoutIt($"The API server could not be asked for checkpoints and nodes: {exception.Message}.");
        }
        catch (OperationCanceledException) when (!caller.IsCancellationRequested)
        {
            return wish.WithoutIt("The API server took too long to answer for checkpoints and nodes.");
        }
    }

    /// <summary>The kept pod says from which images the containers were started. It can be restored without knowing them too.</summary>
    /// <param name="caller">Is canceled when nobody waits for the answer any more.</param>
    private async Task<PodCheckpointDocument> WithPodAsync(string space, PodCheckpointDocument checkpoint, CancellationToken inTime, CancellationToken caller)
    {
        try
        {
            return checkpoint.Metadata is { Name: { } name, Uid: { } uid } && await facts.CheckpointAsync(space, name, inTime) is { } found && found.Metadata?.Uid == uid
                ? found : checkpoint;
        }
        catch (KubernetesException)
        {
            return checkpoint;
        }
        catch (OperationCanceledException) when (!caller.IsCancellationRequested)
        {
            return checkpoint;
        }
    }
}
