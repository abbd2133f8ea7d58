using System.Text.Json.Serialization;

namespace Crik.Contracts.MigrationPolicies;

/// <summary>The two thresholds of a resource, in percent of what a node can allocate.</summary>
public sealed record PolicyThreshold
{
    /// <summary>A node above it has too much load.</summary>
    [JsonPropertyName("above")]
    public int? Above { get; init; }

    /// <summary>Pods are taken until the node is not above this one any more. No destination may come above it.</summary>
    [JsonPropertyName("until")]
    public int? Until { get; init; }
}
