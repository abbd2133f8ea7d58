using System.Text.Json.Serialization;

namespace Crik.Contracts.PodMigrations;

/// <summary>The pod that continues what the moved pod did.</summary>
public sealed record PodReplacement
{
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    [JsonPropertyName("uid")]
    public string? Uid { get; init; }
}
