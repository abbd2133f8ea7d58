using System.Text.Json.Serialization;
using Crik.Contracts.Conditions;

namespace Crik.Contracts.MigrationPolicies;

/// <summary>A node with much load.</summary>
public sealed record PolicyNode
{
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    /// <summary>In percent of what the node can allocate. Null: the policy does not look at it.</summary>
    [JsonPropertyName("cpuPercent")]
    public int? CpuPercent { get; init; }

    /// <inheritdoc cref="CpuPercent"/>
    [JsonPropertyName("memoryPercent")]
    public int? MemoryPercent { get; init; }

    /// <summary>When the load was measured. It is written at most once a minute.</summary>
    [JsonPropertyName("measuredTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? MeasuredTime { get; init; }

    /// <summary>Since when the node has been above a threshold, measured again and again.</summary>
    [JsonPropertyName("aboveSince")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? AboveSince { get; init; }

    /// <summary>When that had been so for long enough. From then on pods are taken.</summary>
    [JsonPropertyName("overloadedTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? OverloadedTime { get; init; }

    /// <summary>`cpu` or `memory`: what the node has too little of.</summary>
    [JsonPropertyName("resource")]
    public string? Resource { get; init; }

    /// <summary>Why no pod is taken from it now. Null: one is, or may be.</summary>
    [JsonPropertyName("message")]
    public string? Message { get; init; }
}
