using System.Text.Json.Serialization;
using Crik.Contracts.PodMigrations;

namespace Crik.Contracts.MigrationPolicies;

/// <summary>The pods that a policy may move.</summary>
public sealed record PolicyPods
{
    /// <summary>The names of their namespaces. There is no name for all of them.</summary>
    [JsonPropertyName("namespaces")]
    public IReadOnlyList<string>? Namespaces { get; init; }

    /// <summary>Their labels. Null means all pods of these namespaces.</summary>
    [JsonPropertyName("selector")]
    public MigrationSelector? Selector { get; init; }
}
