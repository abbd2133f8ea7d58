namespace Crik.Operator.Policies.Deciding;

/// <summary>A pod that could be taken from a node, as far as the policy is concerned.</summary>
/// <param name="Destinations">The nodes that would stay at their lower thresholds with it, the emptiest first.</param>
internal sealed record Candidate(MeasuredPod Pod, IReadOnlyList<string> Destinations);
