using Crik.Operator.Admission;

namespace Crik.Operator.Upkeep;

/// <summary>What the upkeep remembers of a pod.</summary>
/// <param name="Label">The value of the label `crik.dev/inject`, or null.</param>
/// <param name="IsInjected">Whether it has the annotation `crik.dev/injected`, or was restored and needs no crik.</param>
/// <param name="Skipped">The value of the annotation `crik.dev/skipped`, or null.</param>
/// <param name="ClaimRequest">The value of the annotation `crik.dev/claim-request`, or null.</param>
/// <param name="Phase">`Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.</param>
/// <param name="Owner">Its controller, or null.</param>
internal sealed record SeenPod(
    string Namespace, string Name, string Uid, string? Label, bool IsInjected, string? Skipped, string? ClaimRequest, string Phase, Owner? Owner)
{
    /// <summary>Whether the kubelet makes it from a file. A webhook cannot change it.</summary>
    public bool IsMirror { get; init; }

    /// <summary>Whether somebody has deleted it.</summary>
    public bool IsEnding { get; init; }
}
