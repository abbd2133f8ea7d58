namespace Crik.Pods;

/// <summary>What injection does to a pod.</summary>
public abstract record InjectionPlan
{
    private InjectionPlan()
    {
    }

    /// <param name="Changes">In the order in which they apply.</param>
    /// <param name="Claim">The claim that the pod now names. Null if the pod has a place for checkpoints already.</param>
    public sealed record Injected(IReadOnlyList<PodChange> Changes, ClaimRequest? Claim) : InjectionPlan;

    /// <summary>The pod stays as it is.</summary>
    /// <param name="Reason">One of <see cref="SkipReasons"/>, for machines.</param>
    /// <param name="Message">A sentence for people: what is in the way, and what to do.</param>
    public sealed record Skipped(string Reason, string Message) : InjectionPlan;

    /// <summary>The pod has been injected before.</summary>
    public sealed record AlreadyInjected : InjectionPlan;
}
