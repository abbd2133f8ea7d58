using System.Text.Json.Nodes;
using Crik.Contracts.PodCheckpoints;
using Crik.Pods;

namespace Crik.Operator.Admission;

/// <summary>What the API server knows about the surroundings of a pod.</summary>
internal interface IClusterFacts
{
    /// <exception cref="Crik.Kubernetes.Api.KubernetesException">The API server does not answer.</exception>
    Task<NamespaceFacts> NamespaceAsync(string name, CancellationToken cancellationToken);

    /// <summary>The object that makes the pod: the Deployment of a ReplicaSet, the StatefulSet, the Job, or another owner.</summary>
    /// <returns>Null if no controller makes it.</returns>
    /// <exception cref="Crik.Kubernetes.Api.KubernetesException">The API server does not answer.</exception>
    Task<PodController?> ControllerAsync(string space, JsonObject pod, CancellationToken cancellationToken);

    /// <summary>The Secret with this name.</summary>
    /// <returns>Null if it does not exist, or if the operator may not read it. The kubelet goes on without it too.</returns>
    /// <exception cref="Crik.Kubernetes.Api.KubernetesException">The API server does not answer.</exception>
    Task<JsonObject?> SecretAsync(string space, string name, CancellationToken cancellationToken);

    /// <summary>A PodCheckpoint with the pod that it has kept.</summary>
    /// <returns>Null if it does not exist.</returns>
    /// <exception cref="Crik.Kubernetes.Api.KubernetesException">The API server does not answer.</exception>
    Task<PodCheckpointDocument?> CheckpointAsync(string space, string name, CancellationToken cancellationToken);

    /// <summary>The PodCheckpoints of a namespace, without their labels and annotations.</summary>
    /// <exception cref="Crik.Kubernetes.Api.KubernetesException">The API server does not answer, or does not know them.</exception>
    Task<IReadOnlyList<PodCheckpointDocument>> CheckpointsAsync(string space, CancellationToken cancellationToken);

    /// <summary>All nodes.</summary>
    /// <exception cref="Crik.Kubernetes.Api.KubernetesException">The API server does not answer.</exception>
    Task<IReadOnlyList<NodeFacts>> NodesAsync(CancellationToken cancellationToken);

    /// <summary>The PersistentVolumeClaim with this name.</summary>
    /// <returns>Null if it does not exist.</returns>
    /// <exception cref="Crik.Kubernetes.Api.KubernetesException">The API server does not answer.</exception>
    Task<JsonObject?> ClaimAsync(string space, string name, CancellationToken cancellationToken);
}
