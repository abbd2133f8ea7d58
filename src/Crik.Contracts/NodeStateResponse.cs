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
    /// Changes whenever the state, the signal that gives it, or the deadline change, and is the same on every replica.
    /// The words of the reason do not matter, because they may differ between releases of the server. Compare it only
    /// for equality, or send it back as `?version=` of a long-poll. It is 0 for an unknown node. It always fits into a
    /// double.
    /// </summary>
    [JsonPropertyName("version")]
    public long Version { get; init; }

    /// <summary>
    /// The metadata.resourceVersion of the Node as the server last saw it. It also changes when nothing else in this
    /// answer does: a kubelet writes its Node every few minutes. A deleted Node keeps the version of its deletion, and
    /// a Node that is created again has a later one. Send it back as `?notOlderThan=` to get no older answer from
    /// another replica. Do not compare it between Nodes, and do not expect it to grow for ever: after an API server is
    /// restored from a backup, versions are smaller. It is null for an unknown node and from older servers.
    ///
    /// A server that is asked with `?notOlderThan=` and cannot show that it has seen this version answers with status
    /// 503, the state `unknown`, this field null, and a Retry-After. Ask again; after a minute of such answers, ask
    /// without the parameter and believe the answer, because the version may come from a history that was replaced.
    /// </summary>
    [JsonPropertyName("resourceVersion")]
    public string? ResourceVersion { get; init; }

    /// <summary>
    /// When the server last heard from the API server that what it knows is current: a list, an event, or a bookmark,
    /// which an API server sends once a minute. It is by the clock of the server's machine. It is null before the first
    /// list, in the events of `/v1/watch`, in the nodes of a list, and from older servers.
    /// </summary>
    [JsonPropertyName("observedAt")]
    public DateTimeOffset? ObservedAt { get; init; }
}
