using Crik.Contracts.PodCheckpoints;

namespace Crik.Pods.Restoring;

/// <summary>What a pod is made from.</summary>
public abstract record RestoreDecision
{
    private RestoreDecision()
    {
    }

    /// <summary>Sentences for whoever asked: why it is not what was asked for, and what to look after.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <param name="Nodes">The nodes that can restore it: those about which there is nothing to warn, if there are any.</param>
    public sealed record Restored(PodCheckpointDocument Checkpoint, IReadOnlyList<NodeFacts> Nodes) : RestoreDecision;

    /// <summary>No checkpoint is restored, and the program starts from its own image.</summary>
    public sealed record Fresh : RestoreDecision;

    /// <param name="Reason">A sentence that says why, and what to try.</param>
    public sealed record Refused(string Reason) : RestoreDecision;
}
