using Crik.Pods.Annotations;
using Crik.Pods.Reading;

namespace Crik.Pods.Planning;

/// <summary>Where the checkpoints of a pod belong, so that the pod that takes its place finds them.</summary>
/// <param name="Claim">The claim that the pod uses.</param>
internal sealed record CheckpointPlace(string Claim)
{
    /// <summary>Whether the claim exists, or somebody else makes it.</summary>
    public bool Exists { get; init; }

    /// <summary>Whether it becomes a volumeClaimTemplate of a StatefulSet.</summary>
    public bool IsTemplate { get; init; }

    /// <summary>What is appended to the directory of the volume: nothing, or a slash and a name.</summary>
    public string Subdirectory { get; init; } = "";

    /// <summary>How many pods share one image directory as a pool. 1: no pool.</summary>
    public int Slots { get; init; } = 1;

    /// <summary>Whether pods on several nodes use the claim at the same time.</summary>
    public bool IsShared { get; init; }

    /// <summary>Whether the directory is named by the completion index of a Job.</summary>
    public bool UsesIndex { get; init; }

    private const string IndexDirectory = "/$(JOB_COMPLETION_INDEX)";

    /// <returns>Null if nothing tells which pod takes the place of this one.</returns>
    public static CheckpointPlace? Of(PodToInject pod, InjectionRequest request)
    {
        string? name = pod.Pod.At("metadata", "name").Text() is { Length: > 0 } written ? written : null;
        int concurrency = Math.Max(1, pod.Controller?.Concurrency ?? 1);
        int slots = request.Slots ?? concurrency;
        CheckpointPlace? place = pod.Controller switch
        {
            { Kind: "StatefulSet" } => OfStatefulSet(pod, name, request),
            { Kind: "Job", IsIndexed: true } job => Named(job.Name) is { } named
                ? named with { Subdirectory = IndexDirectory, UsesIndex = true, IsShared = concurrency > 1 } : null,
            { Kind: "Job" or "Deployment" or "ReplicaSet" or "ReplicationController" } owner => Named(owner.Name) is { } named
                ? named with { Slots = slots, IsShared = slots > 1 } : null,
            { Kind: "CronJob" } => null, // each run is a Job of its own
            _ => Named(name),
        };
        return request.Claim is { } claim ? (place ?? new CheckpointPlace(claim) { Slots = slots }) with { Claim = claim, Exists = true, IsTemplate = false } : place;
    }

    private static CheckpointPlace? OfStatefulSet(PodToInject pod, string? name, InjectionRequest request) =>
        pod.IsTemplate && request.Claim is null ? new CheckpointPlace(PodNames.CheckpointsVolume) { IsTemplate = true }
        : pod.IsTemplate ? new CheckpointPlace(request.Claim!)
        : Named(name) is { } place ? place with { Subdirectory = request.Claim is null ? "" : $"/{name}" } : null;

    private static CheckpointPlace? Named(string? identity) =>
        string.IsNullOrEmpty(identity) ? null : new CheckpointPlace(ClaimName.For(identity));
}
