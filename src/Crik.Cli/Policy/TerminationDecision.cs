using Crik.Configuration;
using Crik.Contracts;
using Crik.Nodes;

namespace Crik.Policy;

/// <summary>Decides whether SIGTERM makes a checkpoint.</summary>
/// <param name="MakesCheckpoint">When not, the program gets the signal as it would without crik.</param>
/// <param name="Reason">What the log and the hooks give as the reason.</param>
internal sealed record TerminationDecision(bool MakesCheckpoint, string Reason)
{
    /// <param name="node"><see langword="null"/> when the configuration asks no source about the node.</param>
    public static TerminationDecision Decide(NodeAnswer? node, TerminationPolicy policy) =>
        node is null ? new(true, "no node state is asked for")
        : !node.IsKnown ? new(policy.WhenNodeStateUnknown == WhenNodeStateUnknown.Checkpoint, $"the node's state is unknown: {node.Reason}")
        : new(policy.CheckpointOn.Contains(node.State), $"the node is {node.State.ToWireName()}: {node.Reason}");
}
