using System.Text.Json.Serialization;

namespace Crik.Contracts;

/// <summary>The answer to `GET /v1/nodes`. Nodes are sorted by name. It may be some seconds old.</summary>
public sealed record NodeListResponse
{
    [JsonPropertyName("nodes")]
    public required IReadOnlyList<NodeStateResponse> Nodes { get; init; }

    /// <summary>
    /// When the server last heard, before it made this list, from the API server that what it knows is current. It is
    /// null from older servers.
    /// </summary>
    [JsonPropertyName("observedAt")]
    public DateTimeOffset? ObservedAt { get; init; }
}
