using System.Text.Json.Nodes;
using Crik.Contracts;
using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Migrations.Cluster;
using Crik.Operator.Policies.Work;

namespace Crik.Operator.Policies.Cluster;

/// <summary>The MigrationPolicies at the API server, their PodMigrations, and the nodes.</summary>
internal sealed class PolicyObjects(KubernetesApi api) : IPolicyObjects
{
    public static ResourceType Type { get; } = new(MigrationPolicyDocument.Group, MigrationPolicyDocument.Version, MigrationPolicyDocument.Plural);

    private readonly ResourceClient<MigrationPolicyDocument> _policies = new(api, Type, ContractsJson.Default.MigrationPolicyDocument);
    private readonly ResourceClient<PodMigrationDocument> _migrations = new(api, MigrationObjects.Type, ContractsJson.Default.PodMigrationDocument);
    private readonly ResourceClient<JsonObject> _nodes = ResourceClient.OfJson(api, ResourceType.Core("nodes"));

    public Task<MigrationPolicyDocument?> FindAsync(ObjectName name, CancellationToken cancellationToken) => _policies.FindAsync(name, cancellationToken);

    public Task<MigrationPolicyDocument> WriteStatusAsync(MigrationPolicyDocument item, MigrationPolicyStatus status, CancellationToken cancellationToken) =>
        _policies.UpdateAsync(ObjectName.Global(item.Metadata!.Name!), item with { Status = status }, cancellationToken, "status");

    public Task<IReadOnlyList<JsonObject>> NodesAsync(CancellationToken cancellationToken) => _nodes.ListAllAsync(new ListQuery(), cancellationToken);

    public async Task CreateAsync(PodMigrationDocument item, CancellationToken cancellationToken)
    {
        try
        {
            await _migrations.CreateAsync(item.Metadata!.Namespace, item, cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsAlreadyExists)
        {
            // The operator before this one was killed after it had created it.
        }
    }

    public async Task DeleteAsync(PodMigrationDocument item, CancellationToken cancellationToken)
    {
        try
        {
            await _migrations.DeleteAsync(new ObjectName(item.Metadata!.Namespace, item.Metadata.Name!), cancellationToken, new Deletion
            {
                Preconditions = new DeletionPreconditions { Uid = item.Metadata.Uid },
            });
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound || refusal.IsConflict)
        {
            // It is gone.
        }
    }
}
