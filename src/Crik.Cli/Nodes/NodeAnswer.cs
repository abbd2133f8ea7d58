using Crik.Contracts;

namespace Crik.Nodes;

/// <summary>What is known about this node.</summary>
/// <param name="Reason">Of a state, the signal; of <see cref="NodeState.Unknown"/>, why it is not known.</param>
/// <param name="Deadline">When the node will be taken away, where that was named.</param>
/// <param name="Version">To ask a server for what comes after this answer; 0 for none.</param>
internal sealed record NodeAnswer(NodeState State, string Reason, DateTimeOffset? Deadline = null, long Version = 0)
{
    public bool IsKnown => State != NodeState.Unknown;

    /// <summary>Worth telling the program before SIGTERM comes.</summary>
    public bool IsWarning => State is NodeState.Cordoned or NodeState.ShuttingDown or NodeState.Gone;

    public static NodeAnswer Unknown(string why) => new(NodeState.Unknown, why);
}
