using Crik.Pods;

namespace Crik.Operator.Admission;

/// <summary>
/// The answer to a request. The pod is let through: crik never keeps a pod from running, unless it asks for a restore and for
/// nothing else.
/// </summary>
/// <param name="Warnings">What kubectl shows to whoever creates the pod.</param>
/// <param name="Outcome">What happened, for metrics.</param>
internal sealed record AdmissionResponse(string Id, IReadOnlyList<PodChange> Changes, IReadOnlyList<string> Warnings, AdmissionOutcome Outcome)
{
    /// <summary>The reason of <see cref="SkipReasons"/>, if the pod was skipped.</summary>
    public string? SkipReason { get; init; }

    /// <summary>Why a pod that asks for a restore starts afresh, or null.</summary>
    public string? NotRestored { get; init; }

    /// <summary>Why the pod must not run, or null.</summary>
    public string? Refusal { get; init; }

    public static AdmissionResponse Unchanged(string id, AdmissionOutcome outcome) => new(id, [], [], outcome);
}
