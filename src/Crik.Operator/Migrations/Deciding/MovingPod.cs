using System.Globalization;
using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Admission;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>What moving needs to know of a pod.</summary>
/// <param name="Owner">The controller that makes another one when this one is gone, or null.</param>
internal sealed record MovingPod(string Name, string Uid, string? Node, string Phase, Owner? Owner)
{
    private const long LongestGraceSeconds = 366L * 24 * 60 * 60;

    /// <summary>Its resourceVersion, which every change of the pod changes.</summary>
    public string? Version { get; init; }

    /// <summary>The containers that look as if they run under crik.</summary>
    public IReadOnlyList<string> CrikContainers { get; init; } = [];

    /// <summary>The names of all containers but init containers.</summary>
    public IReadOnlyList<string> Containers { get; init; } = [];

    /// <summary>The PodCheckpoint from which the container runtime restores it. Null: from none.</summary>
    public string? RestoredFrom { get; init; }

    /// <summary>Why a container does not start, in the kubelet's words. Null: it says nothing.</summary>
    public string? Trouble { get; init; }

    /// <summary>When it was deleted: its deletionTimestamp without the grace period. Null: nobody has deleted it.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>When it became ready. Null: it is not.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>The UID of the PodMigration whose replacement it is, or may be.</summary>
    public string? Migration { get; init; }

    /// <summary>The UID of the pod that it replaces, if that was certain.</summary>
    public string? Replaces { get; init; }

    /// <summary>The hash of the template from which its controller made it. Null: the controller has none.</summary>
    public string? Revision { get; init; }

    /// <summary>Its index in an indexed Job.</summary>
    public string? CompletionIndex { get; init; }

    /// <summary>Whether it may only run on the destination of its migration.</summary>
    public bool IsPinned { get; init; }

    /// <summary>Whether it waits until the operator says what it is.</summary>
    public bool IsGated { get; init; }

    public bool IsMirror { get; init; }

    /// <summary>What the crik in each container wrote when it ended.</summary>
    public IReadOnlyDictionary<string, CrikEnding> Endings { get; init; } = new Dictionary<string, CrikEnding>();

    public bool IsEnding => DeletedAt is not null;

    /// <summary>Whether it has a controller that is known to make another one when it is deleted.</summary>
    public bool HasKnownController => Owner is { Group: "apps", Kind: "ReplicaSet" or "StatefulSet" } or { Group: "batch", Kind: "Job" };

    /// <summary>Whether its programs have ended for good, for instance because its node was lost and it belongs to a Job.</summary>
    public bool HasEnded => Phase is "Succeeded" or "Failed";

    /// <summary>Whether it is what the controller makes in place of a pod that moves: from the same template, with the same name or index.</summary>
    public bool CanReplace(PodMove move) =>
        Uid != move.Uid && Owner?.Id == move.OwnerUid && (move.KeepsName is not true || Name == move.Name)
        && (move.CompletionIndex is null || CompletionIndex == move.CompletionIndex) && (move.Revision is null || Revision == move.Revision);

    /// <summary>Whether the controller has made it from another template than a pod that moves. A Deployment has another ReplicaSet for each.</summary>
    public bool IsOtherRevisionOf(PodMove move) =>
        move is { Revision: { } before, OwnerUid: not null } && Revision is { } mine && mine != before && !IsEnding
        && (move.KeepsName is true ? Owner?.Id == move.OwnerUid && Name == move.Name
            : Owner is { Kind: "ReplicaSet" } && WorkloadOf(move.Name!, before) is { } workload && workload == WorkloadOf(Name, mine));

    public static MovingPod Of(JsonObject pod)
    {
        JsonNode? metadata = pod.At("metadata");
        IReadOnlyDictionary<string, string> labels = metadata.At("labels").TextMap();
        IReadOnlyDictionary<string, string> annotations = metadata.At("annotations").TextMap();
        return new MovingPod(
            metadata.At("name").Text() ?? "", metadata.At("uid").Text() ?? "", pod.At("spec", "nodeName").Text(), pod.At("status", "phase").Text() ?? "Unknown", Owner.Of(pod))
        {
            Version = metadata.At("resourceVersion").Text(),
            Containers = [.. pod.At("spec", "containers").Maps().Select(static container => container.At("name").Text()).OfType<string>()],
            RestoredFrom = annotations.GetValueOrDefault(PodNames.RestoredFromAnnotation),
            Trouble = TroubleOf(pod),
            CrikContainers = [.. pod.At("spec", "containers").Maps().Where(CrikSigns.IsUnderCrik).Select(static container => container.At("name").Text()).OfType<string>()],
            DeletedAt = DeletionOf(metadata),
            CreatedAt = Time(metadata.At("creationTimestamp")),
            ReadyAt = pod.At("status", "conditions").Maps()
                .Where(static one => one.At("type").Text() is "Ready" && one.At("status").Text() is "True")
                .Select(static one => Time(one.At("lastTransitionTime"))).FirstOrDefault(),
            Migration = annotations.GetValueOrDefault(PodMigrationNames.MigrationAnnotation),
            Replaces = annotations.GetValueOrDefault(PodMigrationNames.ReplacesAnnotation),
            Revision = labels.GetValueOrDefault("pod-template-hash") ?? labels.GetValueOrDefault("controller-revision-hash"),
            CompletionIndex = annotations.GetValueOrDefault("batch.kubernetes.io/job-completion-index"),
            IsPinned = annotations.ContainsKey(PodMigrationNames.DestinationAnnotation),
            IsGated = pod.At("spec", "schedulingGates").Maps().Any(static gate => gate.At("name").Text() is PodMigrationNames.Gate),
            IsMirror = annotations.ContainsKey("kubernetes.io/config.mirror"),
            Endings = EndingsOf(pod),
        };
    }

    /// <returns>The name of the Deployment, from the name that it gives to its pods. Null if the name was too long for that.</returns>
    private static string? WorkloadOf(string pod, string hash) =>
        pod.LastIndexOf($"-{hash}-", StringComparison.Ordinal) is > 0 and var end ? pod[..end] : null;

    /// <summary>The grace period is the user's, and may be longer than there is time.</summary>
    private static DateTimeOffset? DeletionOf(JsonNode? metadata)
    {
        TimeSpan grace = TimeSpan.FromSeconds(Math.Clamp(metadata.At("deletionGracePeriodSeconds").Number() ?? 0, 0, LongestGraceSeconds));
        return Time(metadata.At("deletionTimestamp")) is not { } end ? null : end - DateTimeOffset.MinValue > grace ? end - grace : end;
    }

    private static Dictionary<string, CrikEnding> EndingsOf(JsonObject pod)
    {
        Dictionary<string, CrikEnding> endings = new(StringComparer.Ordinal);
        foreach (JsonObject status in pod.At("status", "containerStatuses").Maps())
        {
            if (status.At("name").Text() is { } name && status.At("state", "terminated", "message").Text() is { } message && CrikEnding.Read(message) is { } ending)
            {
                endings[name] = ending;
            }
        }

        return endings;
    }

    private static string? TroubleOf(JsonObject pod) =>
        pod.At("status", "containerStatuses").Maps().Select(static status => status.At("state", "waiting"))
            .Where(static waiting => waiting.At("reason").Text() is { Length: > 0 } and not ("ContainerCreating" or "PodInitializing"))
            .Select(static waiting => $"{waiting.At("reason").Text()}: {waiting.At("message").Text()}").FirstOrDefault();

    private static DateTimeOffset? Time(JsonNode? node) =>
        node.Text() is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
}
