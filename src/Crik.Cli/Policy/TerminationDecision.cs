using Crik.Configuration;
using Crik.Contracts;
using Crik.Nodes;

namespace Crik.Policy;

/// <summary>Decides whether SIGTERM makes a checkpoint.</summary>
/// <param name="MakesCheckpoint">When not, the program gets the signal as it would without crik.</param>
/// <param name="Reason">What the log and the hooks give as the reason.</param>
/// <param name="Remedy">The setting that would have made a checkpoint; <see langword="null"/> when there is none, or one is made.</param>
internal sealed record TerminationDecision(bool MakesCheckpoint, string Reason, string? Remedy = null)
{
    /// <param name="node"><see langword="null"/> when the configuration asks no source about the node.</param>
    /// <param name="isOrdered">Somebody ordered a checkpoint at SIGTERM, because the pod moves.</param>
    public static TerminationDecision Decide(NodeAnswer? node, TerminationPolicy policy, bool isOrdered = false) =>
        isOrdered ? new(true, "somebody ordered it with crik checkpoint --at-termination")
        : node is null ? new(true, "no node state is asked for")
        : !node.IsKnown ? OfUnknown($"the node's state is unknown: {node.Reason}", policy.WhenNodeStateUnknown)
        : policy.CheckpointOn.Contains(node.State) ? new(true, OfNode(node))
        : node.IsDisrupted && policy.CheckpointOnDisruption ? new(true, $"the pod is disrupted ({node.Disruption}), and {OfNode(node)}")
        : new(false, OfNode(node), $"checkpointOn: [{node.State.ToWireName()}, …]"
            + (policy.CheckpointOnDisruption && node.Disruption is null ? ", or only for evictions nodeStateServer.readPods: true in the chart" : ""));

    /// <summary>Whether an answer makes a checkpoint, so that no later one is waited for.</summary>
    public static bool IsFinal(NodeAnswer node, TerminationPolicy policy) => node.IsKnown && Decide(node, policy).MakesCheckpoint;

    private static TerminationDecision OfUnknown(string reason, WhenNodeStateUnknown choice) =>
        choice == WhenNodeStateUnknown.Checkpoint ? new(true, reason) : new(false, reason, "whenNodeStateUnknown: checkpoint");

    private static string OfNode(NodeAnswer node) => $"the node is {node.State.ToWireName()}: {node.Reason}";
}
