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

    /// <summary>
    /// Adds the finalizer, and keeps the pod in an annotation, from which it can be made again. What somebody else has written
    /// there is replaced. It is a conflict if the object has changed since it was read.
    /// </summary>
    /// <param name="pod">What is kept of the pod. Null removes the annotation, unless the agent has written it before.</param>
    /// <returns>The object as it is now.</returns>
    Task<PodCheckpointDocument> ProtectAsync(PodCheckpointDocument item, string? pod, CancellationToken cancellationToken);

    /// <summary>Takes the finalizer away. It is a conflict if the object has changed since it was read.</summary>
    Task ReleaseAsync(PodCheckpointDocument item, CancellationToken cancellationToken);
}
