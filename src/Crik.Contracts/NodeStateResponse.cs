using System.Text.Json.Serialization;

namespace Crik.Contracts;

/// <summary>The answer of `GET /v1/nodes/{name}`, also where its status is 404 or 503.</summary>
public sealed record NodeStateResponse
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("state")]
    public required NodeState State { get; init; }

    /// <summary>Which signal decided, in words for a log.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; init; }

    /// <summary>Since when: from the signal where it says so, else from when the server first saw it.</summary>
    [JsonPropertyName("since")]
    public DateTimeOffset? Since { get; init; }

    /// <summary>When the node will be taken away, where the signal names it.</summary>
    [JsonPropertyName("deadline")]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>
    /// Changes whenever state, reason or deadline do, and is the same on every replica. To be compared for equality only,
    /// and handed back as `?version=` of a long-poll. 0 stands for a node that is not known. Fits a double.
    /// </summary>
    [JsonPropertyName("version")]
    public long Version { get; init; }
}
