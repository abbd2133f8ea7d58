using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Resources;

namespace Crik.NodeAgent.Objects;

/// <summary>The PodCheckpoints in the cluster. Every method throws a KubernetesException if the API server refuses or does not answer.</summary>
internal interface ICheckpointObjects
{
    Task<PodCheckpointDocument?> FindAsync(ObjectName name, CancellationToken cancellationToken);

    /// <summary>Writes the status. It is a conflict if the object has changed since it was read.</summary>
    /// <returns>The object as it is now.</returns>
    Task<PodCheckpointDocument> WriteStatusAsync(PodCheckpointDocument item, PodCheckpointStatus status, CancellationToken cancellationToken);

    /// <summary>Sets the finalizers. It is a conflict if the object has changed since it was read.</summary>
    Task SetFinalizersAsync(PodCheckpointDocument item, IReadOnlyList<string> finalizers, CancellationToken cancellationToken);
}
