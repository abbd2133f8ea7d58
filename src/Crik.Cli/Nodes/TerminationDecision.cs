using Crik.Configuration;
using Crik.Contracts;

namespace Crik.Nodes;

/// <summary>What a SIGTERM means.</summary>
/// <param name="MakesCheckpoint">Else the program gets the signal as without crik.</param>
/// <param name="Reason">For the log.</param>
internal sealed record TerminationDecision(bool MakesCheckpoint, string Reason)
{
    /// <param name="node"><see langword="null"/> when nobody is asked.</param>
    public static TerminationDecision Decide(NodeAnswer? node, CrikOptions options)
    {
        if (node is null)
        {
            return new(true, "no node state is asked for");
        }

        if (!node.IsKnown)
        {
            return new(options.WhenNodeStateUnknown == WhenNodeStateUnknown.Checkpoint, $"the node's state is unknown: {node.Reason}");
        }

        return new(options.CheckpointOn.Contains(node.State), $"the node is {node.State.ToWireName()}: {node.Reason}");
    }
}
