using System.Text.Json.Serialization;
using Crik.Contracts.PodCheckpoints;

namespace Crik.Operator.EvictionRequests;

/// <summary>The beginning of an Eviction, or of a PodMigration that was made for one. More of it is not kept.</summary>
internal sealed record EvictionHead
{
    [JsonPropertyName("metadata")]
    public ObjectMetadata? Metadata { get; init; }
}

/// <summary>The JSON serializers of this folder. They are source-generated, because the operator is native and has no reflection.</summary>
[JsonSerializable(typeof(EvictionHead))]
internal sealed partial class EvictionJson : JsonSerializerContext;
