using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Resources;

namespace Crik.Operator.Migrations.Work;

/// <summary>The PodCheckpoints in the cluster. Every method throws a KubernetesException if the API server refuses or does not answer.</summary>
internal interface IMigrationCheckpoints
{
    /// <returns>Null if there is none, or if the cluster does not know such objects.</returns>
    Task<PodCheckpointDocument?> FindAsync(ObjectName name, CancellationToken cancellationToken);

    /// <summary>Creates one. Nothing happens if there is one of this name already.</summary>
    Task CreateAsync(PodCheckpointDocument checkpoint, CancellationToken cancellationToken);

    /// <summary>Deletes one, unless anything of it has changed since it was read. Then nothing happens: an agent may have begun with it.</summary>
    Task DeleteAsync(PodCheckpointDocument checkpoint, CancellationToken cancellationToken);
}
