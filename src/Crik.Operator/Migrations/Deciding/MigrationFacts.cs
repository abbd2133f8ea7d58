using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>All that the next step of a PodMigration depends on.</summary>
internal sealed record MigrationFacts(PodMigrationDocument Object, DateTimeOffset Now)
{
    /// <summary>The pods that the spec asks for. Only read before they were written into the status.</summary>
    public IReadOnlyList<MovingPod> Selected { get; init; } = [];

    /// <summary>The moves that are not complete, in the order of the status.</summary>
    public IReadOnlyList<MoveFacts> Moves { get; init; } = [];

    /// <summary>Why the facts of some moves could not be read. Null: all were.</summary>
    public KubernetesException? Problem { get; init; }

    public PodMigrationStatus Status => Object.Status ?? new PodMigrationStatus();

    public bool IsProtected => Object.Metadata?.Finalizers?.Contains(PodMigrationNames.Finalizer) is true;

    public bool IsCanceled => Object.Metadata?.DeletionTimestamp is not null;
}
