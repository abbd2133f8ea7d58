using System.Text.Json.Serialization;
using Crik.Contracts.Conditions;

namespace Crik.Contracts.PodCheckpoints;

/// <summary>The checkpoint of one container.</summary>
public sealed record ContainerCheckpoint
{
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    /// <summary>The image in the registry, as `REPOSITORY@sha256:…`. Only the engine kubelet makes one.</summary>
    [JsonPropertyName("image")]
    public string? Image { get; init; }

    /// <summary>The tag of the image: the UID of the object and the name of the container.</summary>
    [JsonPropertyName("tag")]
    public string? Tag { get; init; }

    /// <summary>The generation in the checkpoint volume of the pod. Only the engine crik makes one.</summary>
    [JsonPropertyName("generation")]
    public long? Generation { get; init; }

    /// <summary>The size of the archive or of the generation.</summary>
    [JsonPropertyName("bytes")]
    public long? Bytes { get; init; }

    /// <summary>The name of the archive in the directory of the agent on the node, as long as it is there.</summary>
    [JsonPropertyName("archive")]
    public string? Archive { get; init; }

    /// <summary>When the kubelet or crik was asked to stop and save the container.</summary>
    [JsonPropertyName("frozenTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? FrozenTime { get; init; }

    /// <summary>When the checkpoint was complete.</summary>
    [JsonPropertyName("savedTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? SavedTime { get; init; }

    /// <summary>When the image was in the registry and had been read back.</summary>
    [JsonPropertyName("pushedTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? PushedTime { get; init; }

    /// <summary>The container runtime that made the archive, such as `containerd 2.1.9`. Only the same kind can restore it.</summary>
    [JsonPropertyName("runtime")]
    public string? Runtime { get; init; }
}
