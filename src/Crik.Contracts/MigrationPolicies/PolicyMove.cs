using System.Text.Json.Serialization;
using Crik.Contracts.Conditions;

namespace Crik.Contracts.MigrationPolicies;

/// <summary>A move that a policy has decided on. It is written before its PodMigration is created.</summary>
public sealed record PolicyMove
{
    /// <summary>The name of the PodMigration.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    [JsonPropertyName("namespace")]
    public string? Namespace { get; init; }

    [JsonPropertyName("pod")]
    public string? Pod { get; init; }

    [JsonPropertyName("podUID")]
    public string? PodUid { get; init; }

    /// <summary>The pod's controller, and for a StatefulSet the name of the pod: what stays when the pod is replaced.</summary>
    [JsonPropertyName("workload")]
    public string? Workload { get; init; }

    [JsonPropertyName("source")]
    public string? Source { get; init; }

    [JsonPropertyName("destination")]
    public string? Destination { get; init; }

    /// <summary>What the pod used when the move was decided. The destination is expected to have it too.</summary>
    [JsonPropertyName("cpuMillicores")]
    public long? CpuMillicores { get; init; }

    /// <inheritdoc cref="CpuMillicores"/>
    [JsonPropertyName("memoryBytes")]
    public long? MemoryBytes { get; init; }

    /// <summary>When it was decided.</summary>
    [JsonPropertyName("decidedTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? DecidedTime { get; init; }

    /// <summary>When the PodMigration was there. If it is gone later, somebody has deleted it.</summary>
    [JsonPropertyName("createdTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? CreatedTime { get; init; }

    /// <summary>When the PodMigration had ended, for better or worse.</summary>
    [JsonPropertyName("completionTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? CompletionTime { get; init; }

    /// <summary>One of <see cref="PodMigrations.PodMigrationReasons"/>.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; init; }

    [JsonPropertyName("message")]
    public string? Message { get; init; }

    [JsonPropertyName("downtimeMilliseconds")]
    public long? DowntimeMilliseconds { get; init; }

    /// <summary>How many moves of this workload have failed in a row, with this one. Null: it has not failed.</summary>
    [JsonPropertyName("failures")]
    public int? Failures { get; init; }

    [JsonIgnore]
    public bool IsOpen => CompletionTime is null;
}
