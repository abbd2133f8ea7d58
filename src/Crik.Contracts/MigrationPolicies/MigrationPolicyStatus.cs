using System.Text.Json.Serialization;
using Crik.Contracts.Conditions;

namespace Crik.Contracts.MigrationPolicies;

/// <summary>What the policy has seen, does and has done. The operator has no other memory.</summary>
public sealed record MigrationPolicyStatus
{
    [JsonPropertyName("observedGeneration")]
    public long? ObservedGeneration { get; init; }

    /// <summary>See <see cref="MigrationPolicyConditions"/>.</summary>
    [JsonPropertyName("conditions")]
    public IReadOnlyList<Condition>? Conditions { get; init; }

    /// <summary>How many nodes have too much load, of how many that are watched, such as `1/8`. For people.</summary>
    [JsonPropertyName("overloaded")]
    public string? Overloaded { get; init; }

    /// <summary>The nodes that are above a threshold, or were and are not below the lower one yet.</summary>
    [JsonPropertyName("nodes")]
    public IReadOnlyList<PolicyNode>? Nodes { get; init; }

    /// <summary>What would be moved now if `dryRun` were false.</summary>
    [JsonPropertyName("proposals")]
    public IReadOnlyList<PolicyProposal>? Proposals { get; init; }

    /// <summary>The moves that go on, and the last ones that have ended.</summary>
    [JsonPropertyName("moves")]
    public IReadOnlyList<PolicyMove>? Moves { get; init; }
}
