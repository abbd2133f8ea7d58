using Crik.Contracts.PodMigrations;
using Crik.Operator.Migrations.Deciding;

namespace Crik.Operator.EvictionRequests;

/// <summary>All that the next step for an Eviction depends on.</summary>
/// <param name="Eviction">Null: it is gone, or not about a pod.</param>
internal sealed record EvictionFacts(SeenEviction? Eviction, DateTimeOffset Now)
{
    /// <summary>The PodMigration that was made for it, and for its pod.</summary>
    public PodMigrationDocument? Own { get; init; }

    /// <summary>Whether somebody has made a PodMigration of the name of <see cref="Own"/> for another pod, or for any.</summary>
    public bool IsNameTaken { get; init; }

    /// <summary>A PodMigration of somebody else that moves the pod now.</summary>
    public PodMigrationDocument? Other { get; init; }

    /// <summary>PodMigrations that were made for Evictions of this name which are gone.</summary>
    public IReadOnlyList<PodMigrationDocument> Left { get; init; } = [];

    /// <summary>The pod, as long as it exists. Nobody reads it while a PodMigration goes on.</summary>
    public MovingPod? Pod { get; init; }
}
