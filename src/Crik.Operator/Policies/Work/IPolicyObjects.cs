using System.Text.Json.Nodes;
using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Resources;

namespace Crik.Operator.Policies.Work;

/// <summary>The objects that policies read and write. Every method throws a KubernetesException if the API server refuses or does not answer.</summary>
internal interface IPolicyObjects
{
    Task<MigrationPolicyDocument?> FindAsync(ObjectName name, CancellationToken cancellationToken);

    /// <summary>Writes the status. It is a conflict if the object has changed since it was read.</summary>
    Task<MigrationPolicyDocument> WriteStatusAsync(MigrationPolicyDocument item, MigrationPolicyStatus status, CancellationToken cancellationToken);

    Task<IReadOnlyList<JsonObject>> NodesAsync(CancellationToken cancellationToken);

    /// <summary>Creates a PodMigration. Nothing happens if there is one of this name already.</summary>
    Task CreateAsync(PodMigrationDocument item, CancellationToken cancellationToken);

    /// <summary>Deletes a PodMigration. Nothing happens if it is gone, or another one of this name is there.</summary>
    Task DeleteAsync(PodMigrationDocument item, CancellationToken cancellationToken);
}
