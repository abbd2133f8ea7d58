using Crik.Pods;

namespace Crik.Operator.Upkeep;

/// <summary>What a pod needs of the leader. It is a pure decision.</summary>
internal abstract record PodNeed
{
    private PodNeed()
    {
    }

    public sealed record Nothing : PodNeed;

    /// <summary>It was injected, and waits for a claim that does not exist yet, perhaps.</summary>
    public sealed record Claim(ClaimRequest Request) : PodNeed;

    /// <summary>Somebody should read why it is not injected.</summary>
    /// <param name="Reason">One of <see cref="SkipReasons"/>, <see cref="Missed"/> or <see cref="BadRequest"/>.</param>
    public sealed record Notice(string Reason, string Message) : PodNeed;

    /// <summary>The pod asks for injection, and the webhook was not asked about it.</summary>
    public const string Missed = "Missed";

    /// <summary>The annotation with the claim is not what the webhook wrote.</summary>
    public const string BadRequest = "BadClaimRequest";

    /// <param name="namespaceLabel">The label `crik.dev/inject` of its namespace, or null.</param>
    /// <param name="isExcluded">Whether the webhook leaves out its namespace.</param>
    public static PodNeed Of(SeenPod pod, string? namespaceLabel, bool isExcluded)
    {
        if (isExcluded || pod.IsEnding || pod.Phase is "Succeeded" or "Failed")
        {
            return new Nothing();
        }

        if (pod.IsInjected)
        {
            return pod is not { ClaimRequest: { } text, Phase: "Pending" or "" } ? new Nothing()
                : ClaimRequest.Parse(text) is { } request ? new Claim(request)
                : new Notice(BadRequest, $"The annotation {PodNames.ClaimRequestAnnotation} cannot be read, so no claim is created. Delete the pod.");
        }

        // Whoever makes the pod can write the annotation too, and its reason becomes that of an Event and of a metric.
        if (pod.Skipped?.Split(':', 2, StringSplitOptions.TrimEntries) is [var reason, var message] && SkipReasons.IsKnown(reason))
        {
            return new Notice(reason, message);
        }

        return (pod.Label ?? namespaceLabel) is "true" && !pod.IsMirror
            ? new Notice(Missed, "The pod asks for crik and runs without it: the webhook did not answer when the pod was created, or the label came "
                + "later. Delete the pod, and the one that takes its place is injected.")
            : new Nothing();
    }
}
