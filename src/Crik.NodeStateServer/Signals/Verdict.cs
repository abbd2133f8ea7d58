using Crik.Contracts;

namespace Crik.NodeStateServer.Signals;

/// <summary>What the rules make of a Node.</summary>
/// <param name="Signal">The name of the rule that decided; none for a node that is ready.</param>
/// <param name="Reason">In words: reaches the answer and the log.</param>
/// <param name="Since">From the signal itself, where it says so.</param>
internal sealed record Verdict(NodeState State, string? Signal, string Reason, DateTimeOffset? Since = null, DateTimeOffset? Deadline = null)
{
    public static Verdict Ready { get; } = new(NodeState.Ready, null, "no sign that the node goes away");

    public static Verdict Deleted(DateTimeOffset when) => new(NodeState.Gone, "node-deleted", "the Node object was deleted", when);
}
