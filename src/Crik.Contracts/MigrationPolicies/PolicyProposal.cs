using System.Text.Json.Serialization;

namespace Crik.Contracts.MigrationPolicies;

/// <summary>A move that a policy would make.</summary>
public sealed record PolicyProposal
{
    [JsonPropertyName("namespace")]
    public string? Namespace { get; init; }

    [JsonPropertyName("pod")]
    public string? Pod { get; init; }

    [JsonPropertyName("source")]
    public string? Source { get; init; }

    [JsonPropertyName("destination")]
    public string? Destination { get; init; }

    /// <summary>Why.</summary>
    [JsonPropertyName("message")]
    public string? Message { get; init; }
}
