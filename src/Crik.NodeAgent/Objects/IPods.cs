using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Objects;

/// <summary>The pods in the cluster. Every method throws a KubernetesException if the API server refuses or does not answer.</summary>
internal interface IPods
{
    Task<PodView?> FindAsync(ObjectName name, CancellationToken cancellationToken);

    /// <summary>Deletes the pod with this UID.</summary>
    /// <returns>False if it was gone already, or is another one by now.</returns>
    Task<bool> DeleteAsync(ObjectName name, string uid, CancellationToken cancellationToken);
}
