using System.Text.Json.Serialization;

namespace Crik.Contracts;

/// <summary>The answer to `GET /v1/nodes`. Nodes are sorted by name.</summary>
public sealed record NodeListResponse
{
    [JsonPropertyName("nodes")]
    public required IReadOnlyList<NodeStateResponse> Nodes { get; init; }
}
