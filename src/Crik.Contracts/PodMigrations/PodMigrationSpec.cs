using System.Text.Json.Serialization;

namespace Crik.Contracts.PodMigrations;

/// <summary>What somebody asks for: exactly one of <see cref="Pod"/>, <see cref="Target"/> and <see cref="Selector"/>. It cannot be changed.</summary>
public sealed record PodMigrationSpec
{
    /// <summary>The name of a pod in the namespace of the object.</summary>
    [JsonPropertyName("pod")]
    public string? Pod { get; init; }

    /// <summary>The UID that <see cref="Pod"/> must have. Null: any pod of this name.</summary>
    [JsonPropertyName("podUID")]
    public string? PodUid { get; init; }

    /// <summary>The object whose pods are moved.</summary>
    [JsonPropertyName("target")]
    public MigrationTarget? Target { get; init; }

    /// <summary>The labels of the pods that are moved. <see cref="Limit"/> says how many there may be.</summary>
    [JsonPropertyName("selector")]
    public MigrationSelector? Selector { get; init; }

    /// <summary>How many pods the selector may match. If it matches more, none is moved.</summary>
    [JsonPropertyName("limit")]
    public int? Limit { get; init; }

    /// <summary>Null means anywhere but the node on which the pod is.</summary>
    [JsonPropertyName("to")]
    public MigrationDestination? To { get; init; }

    /// <summary>`crik`, `kubelet`, or `auto`: crik for pods that run under it, and the kubelet for others. Null means `auto`.</summary>
    [JsonPropertyName("engine")]
    public string? Engine { get; init; }

    /// <summary>How long moving one pod may take, such as `10m`.</summary>
    [JsonPropertyName("timeout")]
    public string? Timeout { get; init; }

    /// <summary>How long after the start of the whole work a pod may still be begun with, such as `2h`. Null means no limit.</summary>
    [JsonPropertyName("deadline")]
    public string? Deadline { get; init; }

    /// <summary>How many pods are moved at the same time. Null means 1.</summary>
    [JsonPropertyName("parallel")]
    public int? Parallel { get; init; }
}
