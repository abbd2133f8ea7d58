using System.Text.Json.Serialization;

namespace Crik.Contracts;

/// <summary>The answer of `GET /v1/nodes`, in order of names.</summary>
public sealed record NodeListResponse
{
    [JsonPropertyName("nodes")]
    public required IReadOnlyList<NodeStateResponse> Nodes { get; init; }
}
