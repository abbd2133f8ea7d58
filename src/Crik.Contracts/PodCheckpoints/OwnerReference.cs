using System.Text.Json.Serialization;

namespace Crik.Contracts.PodCheckpoints;

/// <summary>The object with which another one is deleted, as meta/v1 defines it.</summary>
public sealed record OwnerReference
{
    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; init; }

    [JsonPropertyName("kind")]
    public string? Kind { get; init; }

    [JsonPropertyName("name")]
    public string? Name { get; init; }

    [JsonPropertyName("uid")]
    public string? Uid { get; init; }

    [JsonPropertyName("controller")]
    public bool? Controller { get; init; }
}
