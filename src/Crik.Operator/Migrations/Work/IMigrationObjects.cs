using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Resources;

namespace Crik.Operator.Migrations.Work;

/// <summary>The PodMigrations in the cluster. Every method throws a KubernetesException if the API server refuses or does not answer.</summary>
internal interface IMigrationObjects
{
    Task<PodMigrationDocument?> FindAsync(ObjectName name, CancellationToken cancellationToken);

    /// <param name="space">The namespace. Null: all of them.</param>
    Task<IReadOnlyList<PodMigrationDocument>> ListAsync(string? space, CancellationToken cancellationToken);

    /// <summary>Writes the status. It is a conflict if the object has changed since it was read.</summary>
    Task<PodMigrationDocument> WriteStatusAsync(PodMigrationDocument item, PodMigrationStatus status, CancellationToken cancellationToken);

    /// <summary>Adds the finalizer. It is a conflict if the object has changed since it was read.</summary>
    Task ProtectAsync(PodMigrationDocument item, CancellationToken cancellationToken);

    /// <summary>Takes the finalizer away. It is a conflict if the object has changed since it was read.</summary>
    Task ReleaseAsync(PodMigrationDocument item, CancellationToken cancellationToken);
}
