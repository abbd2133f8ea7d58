using System.Text.Json.Serialization;
using Crik.Contracts.PodMigrations;

namespace Crik.Contracts.MigrationPolicies;

/// <summary>What somebody asks for. Nothing in it means "all" unless it says so.</summary>
public sealed record MigrationPolicySpec
{
    /// <summary>The labels of the nodes that are watched. `kubernetes.io/os: linux` is all of them.</summary>
    [JsonPropertyName("nodeSelector")]
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }

    /// <summary>The pods that may be moved.</summary>
    [JsonPropertyName("pods")]
    public PolicyPods? Pods { get; init; }

    [JsonPropertyName("thresholds")]
    public PolicyThresholds? Thresholds { get; init; }

    /// <summary>How long a node has to be above a threshold without a break, such as `5m`.</summary>
    [JsonPropertyName("for")]
    public string? For { get; init; }

    /// <summary>How long no pod is taken from a node after a move from it or to it, such as `10m`.</summary>
    [JsonPropertyName("coolDown")]
    public string? CoolDown { get; init; }

    /// <summary>How many moves of this policy may go on at the same time. Null means 1.</summary>
    [JsonPropertyName("maxConcurrent")]
    public int? MaxConcurrent { get; init; }

    /// <summary>What decides which pod is taken first: `priority`, `memory`, `cpu` and `moveTime`, the most important first.</summary>
    [JsonPropertyName("order")]
    public IReadOnlyList<string>? Order { get; init; }

    /// <summary>Where to. Null means any other node that can take the pod.</summary>
    [JsonPropertyName("to")]
    public MigrationDestination? To { get; init; }

    /// <summary>Where the load is read: `metrics` or `summary`. Null means `metrics`.</summary>
    [JsonPropertyName("source")]
    public string? Source { get; init; }

    /// <summary>Whether the status only says what would be moved. Null means yes.</summary>
    [JsonPropertyName("dryRun")]
    public bool? DryRun { get; init; }

    /// <summary>Whether nothing is watched and no move begins. Moves that have begun go on.</summary>
    [JsonPropertyName("suspend")]
    public bool? Suspend { get; init; }
}
