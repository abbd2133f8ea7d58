using System.Text.Json.Serialization;
using Crik.Contracts.PodCheckpoints;

namespace Crik.Contracts.MigrationPolicies;

/// <summary>Says when pods are moved away from nodes with too much load, and which. It has no namespace, because nodes have none.</summary>
public sealed record MigrationPolicyDocument
{
    public const string Group = "crik.dev";
    public const string Version = "v1alpha1";
    public const string Plural = "migrationpolicies";
    public const string KindName = "MigrationPolicy";
    public const string ApiVersionName = $"{Group}/{Version}";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; init; }

    [JsonPropertyName("kind")]
    public string? Kind { get; init; }

    [JsonPropertyName("metadata")]
    public ObjectMetadata? Metadata { get; init; }

    [JsonPropertyName("spec")]
    public MigrationPolicySpec? Spec { get; init; }

    [JsonPropertyName("status")]
    public MigrationPolicyStatus? Status { get; init; }
}
