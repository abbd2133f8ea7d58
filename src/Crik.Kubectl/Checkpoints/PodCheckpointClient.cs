using Crik.Contracts;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubectl.Cluster;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;

namespace Crik.Kubectl.Checkpoints;

/// <summary>Reads and creates PodCheckpoints in the namespace that the user means.</summary>
internal sealed class PodCheckpointClient(ClusterSession cluster)
{
    private readonly ResourceClient<PodCheckpointDocument> _client = cluster.Client(Type, ContractsJson.Default.PodCheckpointDocument);

    public static ResourceType Type { get; } = new(PodCheckpointDocument.Group, PodCheckpointDocument.Version, PodCheckpointDocument.Plural);

    /// <exception cref="KubectlException">The cluster knows no PodCheckpoints.</exception>
    public async Task<PodCheckpointDocument> CreateAsync(PodCheckpointDocument checkpoint, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.CreateAsync(cluster.Namespace, checkpoint, cancellationToken, new CallOptions { FieldManager = "kubectl-crik" });
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            throw NotInstalled(exception); // the namespace exists, because the pod was found in it
        }
    }

    /// <returns>Null when there is no such object.</returns>
    public Task<PodCheckpointDocument?> FindAsync(string name, CancellationToken cancellationToken) =>
        _client.FindAsync(new ObjectName(cluster.Namespace, name), cancellationToken);

    /// <exception cref="KubectlException">The cluster knows no PodCheckpoints.</exception>
    public async Task<IReadOnlyList<PodCheckpointDocument>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _client.ListAllAsync(new ListQuery { Namespace = cluster.Namespace }, cancellationToken);
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            throw NotInstalled(exception);
        }
    }

    private static KubectlException NotInstalled(KubernetesException exception) => new(
        $"this cluster knows no PodCheckpoints: install the chart charts/crik, which brings them, and with nodeAgent.enabled=true the node agent ({exception.Message})", exception);
}
