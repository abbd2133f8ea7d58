using System.Text.Json.Serialization;
using Crik.Contracts.PodCheckpoints;

namespace Crik.Contracts.PodMigrations;

/// <summary>The request to move pods to other nodes together with the state of their programs, and how far it is. The operator does the work.</summary>
public sealed record PodMigrationDocument
{
    public const string Group = "crik.dev";
    public const string Version = "v1alpha1";
    public const string Plural = "podmigrations";
    public const string KindName = "PodMigration";
    public const string ApiVersionName = $"{Group}/{Version}";

    [JsonPropertyName("apiVersion")]
    public string? ApiVersion { get; init; }

    [JsonPropertyName("kind")]
    public string? Kind { get; init; }

    [JsonPropertyName("metadata")]
    public ObjectMetadata? Metadata { get; init; }

    [JsonPropertyName("spec")]
    public PodMigrationSpec? Spec { get; init; }

    [JsonPropertyName("status")]
    public PodMigrationStatus? Status { get; init; }

    /// <summary>A new object, ready to be created.</summary>
    public static PodMigrationDocument New(ObjectMetadata metadata, PodMigrationSpec spec) =>
        new() { ApiVersion = ApiVersionName, Kind = KindName, Metadata = metadata, Spec = spec };
}
