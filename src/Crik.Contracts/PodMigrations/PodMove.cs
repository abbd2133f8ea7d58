using System.Text.Json.Serialization;
using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;

namespace Crik.Contracts.PodMigrations;

/// <summary>The move of one pod.</summary>
public sealed record PodMove
{
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    /// <summary>The UID of the pod that is moved. Another pod of the same name is never deleted in its place.</summary>
    [JsonPropertyName("uid")]
    public string? Uid { get; init; }

    /// <summary>The UID of the controller that makes the replacement. Null: the operator makes it.</summary>
    [JsonPropertyName("ownerUID")]
    public string? OwnerUid { get; init; }

    /// <summary>Whether the replacement has the same name: the controller is a StatefulSet, or there is none.</summary>
    [JsonPropertyName("keepsName")]
    public bool? KeepsName { get; init; }

    /// <summary>
    /// The hash of the template from which the controller made the pod. A pod from another template is no replacement. Null: the
    /// controller has none.
    /// </summary>
    [JsonPropertyName("revision")]
    public string? Revision { get; init; }

    /// <summary>The completion index of a pod of an indexed Job. Its replacement has the same.</summary>
    [JsonPropertyName("completionIndex")]
    public string? CompletionIndex { get; init; }

    /// <summary>The UIDs of the other pods of the controller when the deletion was announced. None of them is the replacement.</summary>
    [JsonPropertyName("siblings")]
    public IReadOnlyList<string>? Siblings { get; init; }

    /// <summary>
    /// The UIDs of pods that the controller made in its place while the webhook was away. Their programs began afresh, without crik. Each
    /// is deleted, so that the controller makes another one.
    /// </summary>
    [JsonPropertyName("unseen")]
    public IReadOnlyList<string>? Unseen { get; init; }

    [JsonPropertyName("source")]
    public string? Source { get; init; }

    /// <summary>The node that was chosen.</summary>
    [JsonPropertyName("destination")]
    public string? Destination { get; init; }

    [JsonPropertyName("replacement")]
    public PodReplacement? Replacement { get; init; }

    /// <summary>Who saves the pod: `crik` or `kubelet`. Null: nobody has chosen yet.</summary>
    [JsonPropertyName("engine")]
    public string? Engine { get; init; }

    /// <summary>The PodCheckpoint by which the kubelet saves the pod. Null with the engine crik.</summary>
    [JsonPropertyName("checkpoint")]
    public string? Checkpoint { get; init; }

    /// <summary>The containers under crik. With the engine kubelet, all containers.</summary>
    [JsonPropertyName("containers")]
    public IReadOnlyList<MovedContainer>? Containers { get; init; }

    /// <summary>The pod as JSON, while the operator has to make it again. A crash cannot lose it here.</summary>
    [JsonPropertyName("manifest")]
    public string? Manifest { get; init; }

    /// <summary>See <see cref="PodMoveConditions"/>.</summary>
    [JsonPropertyName("conditions")]
    public IReadOnlyList<Condition>? Conditions { get; init; }

    /// <summary>When the operator began with this pod.</summary>
    [JsonPropertyName("startTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>When the order to arm was about to be given. From then on crik may be armed, whether or not anybody heard its answer.</summary>
    [JsonPropertyName("orderedTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? OrderedTime { get; init; }

    [JsonPropertyName("armedTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? ArmedTime { get; init; }

    /// <summary>When the intent to delete the pod was written. The webhook expects its replacement from then on.</summary>
    [JsonPropertyName("announcedTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? AnnouncedTime { get; init; }

    /// <summary>When the pod was deleted: its deletionTimestamp without the grace period.</summary>
    [JsonPropertyName("deletedTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? DeletedTime { get; init; }

    [JsonPropertyName("checkpointedTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? CheckpointedTime { get; init; }

    [JsonPropertyName("replacedTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? ReplacedTime { get; init; }

    /// <summary>When the replacement was ready.</summary>
    [JsonPropertyName("restoredTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? RestoredTime { get; init; }

    /// <summary>When the move was given up. What was begun is undone from then on.</summary>
    [JsonPropertyName("givenUpTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? GivenUpTime { get; init; }

    /// <summary>When nothing was left to do for this pod.</summary>
    [JsonPropertyName("completionTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? CompletionTime { get; init; }

    /// <summary>From <see cref="DeletedTime"/> to <see cref="RestoredTime"/>.</summary>
    [JsonPropertyName("downtimeMilliseconds")]
    public long? DowntimeMilliseconds { get; init; }

    /// <summary>One of <see cref="PodMigrationReasons"/>. If it is there before the completion, the move was given up and is being undone.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; init; }

    [JsonPropertyName("message")]
    public string? Message { get; init; }

    /// <summary>Whether the kubelet saves the pod as images, and the container runtime of the destination restores them.</summary>
    [JsonIgnore]
    public bool IsByImage => Engine is CheckpointEngines.Kubelet;

    /// <summary>Whether the operator has begun with it, and is not done with it.</summary>
    [JsonIgnore]
    public bool IsUnderWay => this is { StartTime: not null, CompletionTime: null };

    /// <summary>Whether the replacement is known by its name, or by its index in a Job. Otherwise any new pod of the controller may be it.</summary>
    [JsonIgnore]
    public bool HasIdentity => KeepsName is true || CompletionIndex is not null;

    /// <summary>
    /// Whether the next pod of the controller, or of this name, is the replacement. A node agent that has begun to save the pod cannot
    /// be stopped, so that is also true while such a move is being undone.
    /// </summary>
    [JsonIgnore]
    public bool AwaitsReplacement => this is { AnnouncedTime: not null, Replacement: null, CompletionTime: null } && (Reason is null || IsByImage);
}
