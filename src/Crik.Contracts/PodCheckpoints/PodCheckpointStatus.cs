using System.Text.Json.Serialization;
using Crik.Contracts.Conditions;

namespace Crik.Contracts.PodCheckpoints;

/// <summary>How far the work on a checkpoint is, and its results.</summary>
public sealed record PodCheckpointStatus
{
    [JsonPropertyName("observedGeneration")]
    public long? ObservedGeneration { get; init; }

    /// <summary>The node whose agent does the work.</summary>
    [JsonPropertyName("node")]
    public string? Node { get; init; }

    /// <summary>The UID of the pod that is saved. Another pod of the same name is not saved in its place.</summary>
    [JsonPropertyName("podUID")]
    public string? PodUid { get; init; }

    /// <summary>
    /// The UID by which the node knows a static pod (`kubernetes.io/config.hash`). <see cref="PodUid"/> is that of its mirror at the
    /// API server. Null for other pods.
    /// </summary>
    [JsonPropertyName("staticPodUID")]
    public string? StaticPodUid { get; init; }

    /// <summary>The UID of the controller of the pod, as the agent saw it. Null if it has none.</summary>
    [JsonPropertyName("controllerUID")]
    public string? ControllerUid { get; init; }

    /// <summary>
    /// The SHA-256 of the text in the annotation `crik.dev/pod`, in lower-case hexadecimal digits. The user of the object can
    /// change the annotation, but not the status. Null if the pod was too large to be kept.
    /// </summary>
    [JsonPropertyName("podSHA256")]
    public string? PodSha256 { get; init; }

    /// <summary>The chosen one: <see cref="CheckpointEngines.Crik"/> or <see cref="CheckpointEngines.Kubelet"/>.</summary>
    [JsonPropertyName("engine")]
    public string? Engine { get; init; }

    /// <summary>Where the images go. The default of the agent can change while they are on their way.</summary>
    [JsonPropertyName("repository")]
    public string? Repository { get; init; }

    /// <summary>When an agent began to work on it.</summary>
    [JsonPropertyName("startTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>When nothing was left to do, for better or worse.</summary>
    [JsonPropertyName("completionTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? CompletionTime { get; init; }

    /// <summary>
    /// The time between the moment at which the memory was saved and the deletion of the pod, such as `0.412s`. The program ran in
    /// it, and what it did is not in the checkpoint.
    /// </summary>
    [JsonPropertyName("gap")]
    public string? Gap { get; init; }

    /// <summary>See <see cref="PodCheckpointConditions"/>.</summary>
    [JsonPropertyName("conditions")]
    public IReadOnlyList<Condition>? Conditions { get; init; }

    [JsonPropertyName("containers")]
    public IReadOnlyList<ContainerCheckpoint>? Containers { get; init; }
}
