using System.Text.Json.Serialization;

namespace Crik.Contracts.PodCheckpoints;

/// <summary>
/// The request for one checkpoint of a pod, and its result. The node agent of the pod's node does the work. One object is one
/// checkpoint, no matter what restarts when.
/// </summary>
public sealed record PodCheckpointDocument
{
    public const string Group = "crik.dev";
    public const string Version = "v1alpha1";
    public const string Plural = "podcheckpoints";
    public const string KindName = "PodCheckpoint";
    public const string ApiVersionName = $"{Group}/{Version}";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; init; }

    [JsonPropertyName("kind")]
    public string? Kind { get; init; }

    [JsonPropertyName("metadata")]
    public ObjectMetadata? Metadata { get; init; }

    [JsonPropertyName("spec")]
    public PodCheckpointSpec? Spec { get; init; }

    [JsonPropertyName("status")]
    public PodCheckpointStatus? Status { get; init; }

    /// <summary>
    /// Whether an agent has begun to work on it. Conditions do not tell that, because the leader also writes why nobody has begun.
    /// </summary>
    [JsonIgnore]
    public bool IsAccepted => Status?.Node is not null;

    /// <summary>A new object, ready to be created.</summary>
    public static PodCheckpointDocument New(ObjectMetadata metadata, PodCheckpointSpec spec) =>
        new() { ApiVersion = ApiVersionName, Kind = KindName, Metadata = metadata, Spec = spec };
}
