using System.Text.Json.Serialization;

namespace Crik.Contracts.PodMigrations;

/// <summary>A container, and the checkpoint with which its program moves.</summary>
public sealed record MovedContainer
{
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    /// <summary>Where its crik keeps checkpoints: with slots, that of its slot. The replacement has to use the same.</summary>
    [JsonPropertyName("imageDirectory")]
    public string? ImageDirectory { get; init; }

    /// <summary>The PersistentVolumeClaim on which that is.</summary>
    [JsonPropertyName("claim")]
    public string? Claim { get; init; }

    /// <summary>The newest checkpoint before the move. A replacement that goes on from it has lost what came later.</summary>
    [JsonPropertyName("before")]
    public long? Before { get; init; }

    /// <summary>The checkpoint that was made for the move.</summary>
    [JsonPropertyName("generation")]
    public long? Generation { get; init; }

    /// <summary>The checkpoint image, as `REPOSITORY@sha256:…`. Only the engine kubelet makes one.</summary>
    [JsonPropertyName("image")]
    public string? Image { get; init; }

    /// <summary>
    /// The image with its digest from which the container was started, if the runtime needs it for a restore and does not pull it by
    /// itself. Only with the engine kubelet.
    /// </summary>
    [JsonPropertyName("baseImage")]
    public string? BaseImage { get; init; }
}
