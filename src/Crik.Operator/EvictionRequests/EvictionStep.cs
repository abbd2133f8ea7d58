using Crik.Contracts.PodMigrations;

namespace Crik.Operator.EvictionRequests;

/// <summary>What is to be done next for an Eviction. Every step can be done again after it was interrupted anywhere.</summary>
internal abstract record EvictionStep
{
    private EvictionStep()
    {
    }

    public sealed record Nothing : EvictionStep;

    /// <summary>Look again after a while, or when the PodMigration changes.</summary>
    public sealed record Wait(TimeSpan Pause) : EvictionStep;

    /// <summary>Make the PodMigration.</summary>
    public sealed record Move(SeenEviction Eviction) : EvictionStep;

    /// <summary>Write a sign of life, and how far the move is.</summary>
    public sealed record Report(string Message) : EvictionStep;

    /// <summary>Write that crik is done. If the pod still exists, the next responder goes on.</summary>
    public sealed record Complete(string Message) : EvictionStep;

    /// <summary>Delete a PodMigration: one that has not deleted its pod is undone, and one that has ended is not needed any more.</summary>
    public sealed record Remove(PodMigrationDocument Migration) : EvictionStep;
}
