using System.Text.Json.Serialization;

namespace Crik.Contracts.PodMigrations;

/// <summary>An object whose pods are moved.</summary>
public sealed record MigrationTarget
{
    /// <summary>`Deployment`, `StatefulSet`, `ReplicaSet` or `Job`.</summary>
    [JsonPropertyName("kind")]
    public string? Kind { get; init; }

    [JsonPropertyName("name")]
    public string? Name { get; init; }
}
