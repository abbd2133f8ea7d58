using Crik.Contracts;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Migrations.Work;

namespace Crik.Operator.Migrations.Cluster;

/// <summary>The PodCheckpoints at the API server.</summary>
internal sealed class MigrationCheckpoints(KubernetesApi api) : IMigrationCheckpoints
{
    private readonly ResourceClient<PodCheckpointDocument> _objects = new(
        api, new ResourceType(PodCheckpointDocument.Group, PodCheckpointDocument.Version, PodCheckpointDocument.Plural), ContractsJson.Default.PodCheckpointDocument);

    public Task<PodCheckpointDocument?> FindAsync(ObjectName name, CancellationToken cancellationToken) => _objects.FindAsync(name, cancellationToken);

    public async Task CreateAsync(PodCheckpointDocument checkpoint, CancellationToken cancellationToken)
    {
        try
        {
            await _objects.CreateAsync(checkpoint.Metadata!.Namespace, checkpoint, cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsAlreadyExists)
        {
            // The operator before this one was killed after it had created it. The next look shows whose it is.
        }
    }

    public async Task DeleteAsync(PodCheckpointDocument checkpoint, CancellationToken cancellationToken)
    {
        ObjectMetadata metadata = checkpoint.Metadata!;
        try
        {
            await _objects.DeleteAsync(new ObjectName(metadata.Namespace, metadata.Name!), cancellationToken, new Deletion
            {
                Preconditions = new DeletionPreconditions { Uid = metadata.Uid, ResourceVersion = metadata.ResourceVersion },
            });
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound || refusal.IsConflict)
        {
            // It is gone, or an agent has begun with it. The next look shows which.
        }
    }
}
