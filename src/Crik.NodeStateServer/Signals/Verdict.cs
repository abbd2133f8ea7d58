using Crik.Contracts;

namespace Crik.NodeStateServer.Signals;

/// <summary>The decision of the rules about one Node.</summary>
/// <param name="Signal">The name of the rule that decided. It is null for a node that is ready.</param>
/// <param name="Reason">The reason in words, for the answer and the log.</param>
/// <param name="Since">When the sign appeared, if the sign itself says so.</param>
/// <param name="Deadline">When the node will end, if a sign says so.</param>
internal sealed record Verdict(NodeState State, string? Signal, string Reason, DateTimeOffset? Since = null, DateTimeOffset? Deadline = null)
{
    public static Verdict Ready { get; } = new(NodeState.Ready, null, "no sign that the node is going away");

    public static Verdict Deleted(DateTimeOffset when) => new(NodeState.Gone, "node-deleted", "the Node object was deleted", when);
}
