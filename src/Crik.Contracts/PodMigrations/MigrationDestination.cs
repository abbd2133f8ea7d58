using System.Text.Json.Serialization;

namespace Crik.Contracts.PodMigrations;

/// <summary>Where pods are moved to. Without both fields: to any node but the one on which the pod is.</summary>
public sealed record MigrationDestination
{
    /// <summary>The name of a Node.</summary>
    [JsonPropertyName("node")]
    public string? Node { get; init; }

    /// <summary>Labels that the node must have.</summary>
    [JsonPropertyName("nodeSelector")]
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }
}
