using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Policies.Deciding;

/// <summary>The next step of a MigrationPolicy. Each can be done again if it was interrupted.</summary>
internal abstract record PolicyStep
{
    private PolicyStep()
    {
    }

    /// <summary>Nothing is left to do until the policy is changed.</summary>
    public sealed record Nothing : PolicyStep;

    /// <summary>Look again after a pause.</summary>
    public sealed record Wait(TimeSpan Pause) : PolicyStep;

    /// <summary>Write what is seen, decided or done into the status.</summary>
    public sealed record Write(MigrationPolicyStatus Status) : PolicyStep
    {
        /// <summary>The nodes whose load is known now. What the status leaves out of the others says nothing about them.</summary>
        public IReadOnlyList<string> Measured { get; init; } = [];
    }

    /// <summary>Create the PodMigration of a move that the status has already.</summary>
    public sealed record Create(PolicyMove Move) : PolicyStep;

    /// <summary>Delete a PodMigration of the policy that ended long ago.</summary>
    public sealed record Forget(PodMigrationDocument Item) : PolicyStep;
}
