using System.Text.Json.Serialization;
using Crik.Contracts.Conditions;

namespace Crik.Contracts.PodMigrations;

/// <summary>How far the work is.</summary>
public sealed record PodMigrationStatus
{
    [JsonPropertyName("observedGeneration")]
    public long? ObservedGeneration { get; init; }

    /// <summary>When the operator chose the pods.</summary>
    [JsonPropertyName("startTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? StartTime { get; init; }

    /// <summary>When nothing was left to do, for better or worse.</summary>
    [JsonPropertyName("completionTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? CompletionTime { get; init; }

    /// <summary>See <see cref="PodMigrationConditions"/>.</summary>
    [JsonPropertyName("conditions")]
    public IReadOnlyList<Condition>? Conditions { get; init; }

    /// <summary>How many of the pods have been moved, of how many, such as `2/3`. For people.</summary>
    [JsonPropertyName("moved")]
    public string? Moved { get; init; }

    [JsonPropertyName("pods")]
    public IReadOnlyList<PodMove>? Pods { get; init; }
}
