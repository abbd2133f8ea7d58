using System.Text.Json.Serialization;

namespace Crik.Contracts.PodMigrations;

/// <summary>One requirement of a selector of labels.</summary>
public sealed record SelectorRequirement
{
    [JsonPropertyName("key")]
    public string? Key { get; init; }

    /// <summary>`In`, `NotIn`, `Exists` or `DoesNotExist`.</summary>
    [JsonPropertyName("operator")]
    public string? Operator { get; init; }

    [JsonPropertyName("values")]
    public IReadOnlyList<string>? Values { get; init; }
}
