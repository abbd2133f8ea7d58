using System.Text.Json.Serialization;

namespace Crik.Contracts.MigrationPolicies;

/// <summary>From which load on a node has too much of it. A resource without thresholds is not looked at.</summary>
public sealed record PolicyThresholds
{
    [JsonPropertyName("cpu")]
    public PolicyThreshold? Cpu { get; init; }

    [JsonPropertyName("memory")]
    public PolicyThreshold? Memory { get; init; }
}
