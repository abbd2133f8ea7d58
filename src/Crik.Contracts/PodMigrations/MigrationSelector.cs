using System.Text.Json.Serialization;

namespace Crik.Contracts.PodMigrations;

/// <summary>A selector of labels, as meta/v1 defines it. All of it has to match.</summary>
public sealed record MigrationSelector
{
    [JsonPropertyName("matchLabels")]
    public IReadOnlyDictionary<string, string>? MatchLabels { get; init; }

    [JsonPropertyName("matchExpressions")]
    public IReadOnlyList<SelectorRequirement>? MatchExpressions { get; init; }

    /// <summary>Whether it says nothing, which would match every pod.</summary>
    [JsonIgnore]
    public bool IsEmpty => (MatchLabels?.Count ?? 0) + (MatchExpressions?.Count ?? 0) == 0;
}
