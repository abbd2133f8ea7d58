using System.Text.Json.Serialization;

namespace Crik.Contracts.Conditions;

/// <summary>One condition in the status of an object, as meta/v1 defines it.</summary>
public sealed record Condition
{
    public const string True = "True";
    public const string False = "False";
    public const string Unknown = "Unknown";

    [JsonPropertyName("type")]
    public string? Type { get; init; }

    /// <summary><see cref="True"/>, <see cref="False"/> or <see cref="Unknown"/>.</summary>
    [JsonPropertyName("status")]
    public string? Status { get; init; }

    /// <summary>One word in CamelCase, for machines.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; init; }

    /// <summary>What happened and what to do, for people.</summary>
    [JsonPropertyName("message")]
    public string? Message { get; init; }

    /// <summary>The `metadata.generation` that the condition speaks of.</summary>
    [JsonPropertyName("observedGeneration")]
    public long? ObservedGeneration { get; init; }

    /// <summary>When <see cref="Status"/> changed last.</summary>
    [JsonPropertyName("lastTransitionTime")]
    [JsonConverter(typeof(KubernetesTimeConverter))]
    public DateTimeOffset? LastTransitionTime { get; init; }
}
