using Crik.Contracts;

namespace Crik.Nodes;

/// <summary>What somebody knows about this node.</summary>
/// <param name="Reason">The sign that the state was read from; when it is <see cref="NodeState.Unknown"/>, why it is unknown.</param>
/// <param name="Deadline">When the node will be taken away, if the source tells.</param>
/// <param name="Version">Lets a server be asked for what comes after this answer; 0 when there is none.</param>
/// <param name="ClocksAgree">Whether the source's clock agrees with this machine's, so that <paramref name="Deadline"/> can be trusted.</param>
internal sealed record NodeAnswer(NodeState State, string Reason, DateTimeOffset? Deadline = null, long Version = 0, bool ClocksAgree = false)
{
    /// <inheritdoc cref="NodeStateResponse.Disruption"/>
    public string? Disruption { get; init; }

    /// <summary>Kubernetes evicts or preempts this pod. A roll-out, a scale-down or a delete is no disruption.</summary>
    public bool IsDisrupted => Disruption is not (null or NodeStateResponse.NotDisrupted);

    /// <summary>A later, lesser answer took this one back. It still decides whether a checkpoint is made, but not how much time there is.</summary>
    public bool IsTakenBack { get; init; }

    public bool IsKnown => State != NodeState.Unknown;

    /// <summary>The node begins to go away, which the program may want to know before SIGTERM.</summary>
    public bool IsWarning => State is NodeState.Cordoned or NodeState.ShuttingDown or NodeState.Gone;

    public static NodeAnswer Unknown(string why) => new(NodeState.Unknown, why);
}
