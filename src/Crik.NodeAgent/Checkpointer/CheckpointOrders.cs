using Crik.Contracts;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.NodeAgent.Objects;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>
/// Creates and finds the PodCheckpoints of this interface. Nothing else is done here: the agent on the node of the pod carries
/// them out. Every method throws a <see cref="KubernetesException"/> if the API server refuses or does not answer.
/// </summary>
internal sealed class CheckpointOrders(KubernetesApi api)
{
    private readonly ResourceClient<PodCheckpointDocument> _checkpoints = new(api, CheckpointObjects.Type, ContractsJson.Default.PodCheckpointDocument);

    /// <param name="podUid">The pod that was looked up. Another one of its name is neither saved nor deleted.</param>
    public Task<PodCheckpointDocument> CreateAsync(
        ContainerPath container, string podUid, CheckpointIdentifier identifier, bool deletePod, CancellationToken cancellationToken) =>
        _checkpoints.CreateAsync(
            container.Namespace,
            PodCheckpointDocument.New(
                new ObjectMetadata
                {
                    Name = identifier.ObjectName,
                    Namespace = container.Namespace,
                    Labels = new Dictionary<string, string> { [CheckpointIdentifier.Label] = identifier.Id },
                },
                new PodCheckpointSpec
                {
                    Pod = container.Pod,
                    PodUid = podUid,
                    Containers = [container.Container],
                    Engine = CheckpointEngines.Kubelet, // the answer is an image, and only this engine makes one
                    DeletePod = deletePod,
                }),
            cancellationToken);

    /// <summary>Finds it in any namespace.</summary>
    public async Task<PodCheckpointDocument?> FindAsync(CheckpointIdentifier identifier, CancellationToken cancellationToken)
    {
        ListQuery query = new() { LabelSelector = $"{CheckpointIdentifier.Label}={identifier.Id}", PageSize = 10 };
        ResourcePage<PodCheckpointDocument> page = await _checkpoints.ListPageAsync(query, cancellationToken);

        // Whoever may create PodCheckpoints can give them the label and the name, but not before this interface has done it.
        return page.Items.Where(item => item.Metadata?.Name == identifier.ObjectName).MinBy(static item => item.Metadata?.CreationTimestamp);
    }

    /// <summary>Takes back an order that no agent has begun.</summary>
    /// <returns>False if one has begun in the meantime.</returns>
    public async Task<bool> TakeBackAsync(PodCheckpointDocument order, string? version, CancellationToken cancellationToken)
    {
        try
        {
            Deletion how = new() { Preconditions = new DeletionPreconditions { Uid = order.Metadata?.Uid, ResourceVersion = version } };
            await _checkpoints.DeleteAsync(new ObjectName(order.Metadata?.Namespace, order.Metadata?.Name ?? ""), cancellationToken, how);
            return true;
        }
        catch (KubernetesException exception) when (exception.IsConflict)
        {
            return false;
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            return true;
        }
    }
}
