using System.Text.Json.Serialization;

namespace Crik.Contracts.PodMigrations;

/// <summary>A container under crik, and the checkpoint with which its program moves.</summary>
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
}
