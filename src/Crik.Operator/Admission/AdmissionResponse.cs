using Crik.Pods;

namespace Crik.Operator.Admission;

/// <summary>The answer to a request. The pod is always let through: crik never keeps a pod from running.</summary>
/// <param name="Warnings">What kubectl shows to whoever creates the pod.</param>
/// <param name="Outcome">What happened, for metrics.</param>
internal sealed record AdmissionResponse(string Id, IReadOnlyList<PodChange> Changes, IReadOnlyList<string> Warnings, AdmissionOutcome Outcome)
{
    /// <summary>The reason of <see cref="SkipReasons"/>, if the pod was skipped.</summary>
    public string? SkipReason { get; init; }

    public static AdmissionResponse Unchanged(string id, AdmissionOutcome outcome) => new(id, [], [], outcome);
}
