using System.Text.Json.Nodes;
using Crik.Contracts.PodCheckpoints;
using Crik.Pods.Reading;

namespace Crik.Pods.Restoring;

/// <summary>What the annotations of a new pod ask for: to be restored from a checkpoint of its namespace.</summary>
/// <param name="Checkpoint">The name of a PodCheckpoint, or <see cref="PodNames.LatestCheckpoint"/>.</param>
/// <param name="Pod">The name of the pod. Null if the API server has not given it one yet.</param>
/// <param name="Controller">The UID of the object that makes the pod, or null.</param>
public sealed record RestoreWish(string Checkpoint, RestoreFallback Fallback, string? Pod, string? Controller)
{
    /// <summary>
    /// The webhook is called twice for a pod that asks for injection too. An annotation that says how it decided then can also have been
    /// copied with the manifest of another pod, so it counts only where the webhook writes it and where a restore is no longer possible.
    /// </summary>
    /// <returns>Null if the pod does not ask for it, or if that was decided when the webhook was called before.</returns>
    /// <param name="problem">What is wrong with the annotations, as a sentence, or null.</param>
    public static RestoreWish? Of(JsonObject pod, out string? problem)
    {
        problem = null;
        JsonNode? annotations = pod.At("metadata", "annotations");
        if (annotations.At(PodNames.RestoreAnnotation).Text() is not { Length: > 0 } checkpoint
            || annotations.At(PodNames.RestoredFromAnnotation) is not null)
        {
            return null;
        }

        string? fallback = annotations.At(PodNames.RestoreFallbackAnnotation).Text();
        RestoreFallback? known = fallback switch
        {
            null or "fail" => RestoreFallback.Fail,
            "previous" => RestoreFallback.Previous,
            "fresh" => RestoreFallback.Fresh,
            _ => null,
        };
        if (known is RestoreFallback.Fresh && annotations.At(PodNames.NotRestoredAnnotation) is not null
            && annotations.At(PodNames.InjectedAnnotation) is not null)
        {
            return null;
        }

        problem = known is null ? $"The annotation {PodNames.RestoreFallbackAnnotation} is '{fallback}', and must be fail, previous or fresh." : null;
        JsonObject? controller = pod.At("metadata", "ownerReferences").Maps().FirstOrDefault(static owner => owner.At("controller").IsTrue());
        return new RestoreWish(checkpoint, known ?? RestoreFallback.Fail, pod.At("metadata", "name").Text(), controller.At("uid").Text());
    }

    /// <param name="checkpoints">Those of the namespace.</param>
    /// <param name="usable">The nodes on which the pod may run.</param>
    /// <param name="pod">The pod that asks for it.</param>
    public RestoreDecision Decide(
        IReadOnlyList<PodCheckpointDocument> checkpoints, IReadOnlyList<NodeFacts> usable, IReadOnlyList<NodeFacts> all, JsonObject? pod = null)
    {
        PodCheckpointDocument[] own = [.. checkpoints.Where(one => SavedPod.IsOf(one, Pod, Controller))];
        PodCheckpointDocument? named = checkpoints.FirstOrDefault(one => one.Metadata?.Name == Checkpoint);
        bool isLatest = Checkpoint == PodNames.LatestCheckpoint;
        PodCheckpointDocument? wanted = isLatest || (named is null && Fallback is RestoreFallback.Previous) ? RestoreRequest.Latest(own) : named;
        if (isLatest && SavedPod.Coming(own) is { } coming && !(coming.Metadata?.CreationTimestamp < wanted?.Metadata?.CreationTimestamp))
        {
            return new RestoreDecision.Refused($"{SavedPod.WhyNotUsable(coming)} The next attempt takes it.");
        }

        return wanted is null
            ? WithoutIt(isLatest ? "There is no complete checkpoint of this pod." : $"There is no PodCheckpoint {Checkpoint} in the namespace.")
            : new RestoreRequest(wanted, checkpoints, usable, Fallback) { AllNodes = all, PodOf = _ => pod }.Decide();
    }

    /// <summary>What happens if nobody can say whether it can be restored.</summary>
    public RestoreDecision WithoutIt(string reason) =>
        Fallback is RestoreFallback.Fresh ? new RestoreDecision.Fresh { Notes = [reason, "The program starts afresh."] }
        : new RestoreDecision.Refused($"{reason} With {PodNames.RestoreFallbackAnnotation}: fresh the program would start afresh.");
}
