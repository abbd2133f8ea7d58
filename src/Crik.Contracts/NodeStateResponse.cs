using System.Text.Json.Serialization;

namespace Crik.Contracts;

/// <summary>The answer to `GET /v1/nodes/{name}`. Answers with status 404 and 503 have this form too.</summary>
public sealed record NodeStateResponse
{
    /// <summary>The <see cref="Disruption"/> of a pod that is not evicted or preempted.</summary>
    public const string NotDisrupted = "None";

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("state")]
    public required NodeState State { get; init; }

    /// <summary>Why the node is in this state, in words for a log.</summary>
    [JsonPropertyName("reason")]
    public string? Reason { get; init; }

    /// <summary>
    /// Since when the node is in this state. It is the time in the signal. If the signal has no time, it is when the
    /// server first saw the signal.
    /// </summary>
    [JsonPropertyName("since")]
    public DateTimeOffset? Since { get; init; }

    /// <summary>When the node will be taken away. It is null when no signal gives that time.</summary>
    [JsonPropertyName("deadline")]
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>
    /// Why Kubernetes disrupts the pod that the request named: the reason of its condition DisruptionTarget, or
    /// <see cref="NotDisrupted"/>. It is null when the request named no pod, or the server cannot tell.
    /// </summary>
    [JsonPropertyName("disruption")]
    public string? Disruption { get; init; }

    /// <summary>
    /// Changes whenever state, reason or deadline change, and is the same on every replica. Compare it only for
    /// equality, or send it back as `?version=` of a long-poll. It is 0 for an unknown node. It always fits into a
    /// double.
    /// </summary>
    [JsonPropertyName("version")]
    public long Version { get; init; }

    /// <summary>
    /// The metadata.resourceVersion of the Node that the answer was made from. A client sends the highest one that it
    /// has seen back as `?notOlderThan=`, so that a replica that lags does not answer. It is null if there is no Node.
    /// </summary>
    [JsonPropertyName("resourceVersion")]
    public string? ResourceVersion { get; init; }
}
