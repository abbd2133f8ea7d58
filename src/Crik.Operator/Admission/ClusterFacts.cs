using System.Net;
using System.Text.Json.Nodes;
using Crik.Contracts;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.Admission;

/// <summary>
/// Asks the API server for what surrounds a pod, when the pod is created. A watch would be behind: a controller creates
/// the first pod milliseconds after its ReplicaSet. It would also keep all ReplicaSets of the cluster in memory.
/// </summary>
internal sealed class ClusterFacts(KubernetesApi api) : IClusterFacts
{
    private readonly ResourceClient<JsonObject> _namespaces = ResourceClient.OfJson(api, ResourceType.Core("namespaces"));
    private readonly ResourceClient<JsonObject> _secrets = ResourceClient.OfJson(api, ResourceType.Core("secrets"));
    private readonly ResourceClient<JsonObject> _claims = ResourceClient.OfJson(api, ResourceType.Core("persistentvolumeclaims"));
    private readonly ResourceClient<JsonObject> _replicaSets = ResourceClient.OfJson(api, new ResourceType("apps", "v1", "replicasets"));
    private readonly ResourceClient<JsonObject> _deployments = ResourceClient.OfJson(api, new ResourceType("apps", "v1", "deployments"));
    private readonly ResourceClient<JsonObject> _jobs = ResourceClient.OfJson(api, new ResourceType("batch", "v1", "jobs"));

    private readonly ResourceClient<JsonObject> _nodes = ResourceClient.OfJson(api, ResourceType.Core("nodes"));
    private readonly ResourceClient<PodCheckpointDocument> _checkpoints = new(
        api,
        new ResourceType(PodCheckpointDocument.Group, PodCheckpointDocument.Version, PodCheckpointDocument.Plural),
        ContractsJson.Default.PodCheckpointDocument);

    public async Task<NamespaceFacts> NamespaceAsync(string name, CancellationToken cancellationToken)
    {
        JsonObject space = await _namespaces.GetAsync(ObjectName.Global(name), cancellationToken);
        return new NamespaceFacts(name, space.At("metadata", "labels").TextMap());
    }

    public async Task<PodController?> ControllerAsync(string space, JsonObject pod, CancellationToken cancellationToken)
    {
        if (Owner.Of(pod) is not { } owner)
        {
            return null;
        }

        return owner switch
        {
            { Kind: "ReplicaSet", Group: "apps" } => await OfReplicaSetAsync(space, owner, cancellationToken),
            { Kind: "Job", Group: "batch" } => OfJob(owner, await FindAsync(_jobs, space, owner, cancellationToken)),
            { Kind: "StatefulSet" or "DaemonSet", Group: "apps" } or { Kind: "Node" or "ReplicationController", Group: "" } => new PodController(owner.Kind, owner.Name),
            _ => new PodController($"{owner.Kind}.{owner.Group}", owner.Name), // whatever it is called, it is none of those
        };
    }

    public async Task<JsonObject?> SecretAsync(string space, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await _secrets.FindAsync(new ObjectName(space, name), cancellationToken);
        }
        catch (KubernetesException exception) when (exception.Status is HttpStatusCode.Forbidden)
        {
            return null; // the value registry.readPullSecrets of the chart is false
        }
    }

    public Task<JsonObject?> ClaimAsync(string space, string name, CancellationToken cancellationToken) =>
        _claims.FindAsync(new ObjectName(space, name), cancellationToken);

    public Task<IReadOnlyList<PodCheckpointDocument>> CheckpointsAsync(string space, CancellationToken cancellationToken) =>
        ListAsync(_checkpoints, new ListQuery { Namespace = space }, WithoutTexts, cancellationToken);

    public Task<PodCheckpointDocument?> CheckpointAsync(string space, string name, CancellationToken cancellationToken) =>
        _checkpoints.FindAsync(new ObjectName(space, name), cancellationToken);

    public Task<IReadOnlyList<NodeFacts>> NodesAsync(CancellationToken cancellationToken) =>
        ListAsync(_nodes, new ListQuery(), NodeFacts.Of, cancellationToken);

    /// <summary>Each has kept its pod in an annotation of up to 200 KiB, and a namespace can have thousands.</summary>
    private static PodCheckpointDocument WithoutTexts(PodCheckpointDocument one) =>
        one.Metadata is { } metadata ? one with { Metadata = metadata with { Annotations = null, Labels = null } } : one;

    private static async Task<IReadOnlyList<TFacts>> ListAsync<T, TFacts>(
        ResourceClient<T> client, ListQuery query, Func<T, TFacts> read, CancellationToken cancellationToken)
        where T : class
    {
        List<TFacts> found = [];
        await foreach (T item in client.ListAsync(query, cancellationToken: cancellationToken))
        {
            found.Add(read(item));
        }

        return found;
    }

    private async Task<PodController> OfReplicaSetAsync(string space, Owner owner, CancellationToken cancellationToken)
    {
        JsonObject? replicaSet = await FindAsync(_replicaSets, space, owner, cancellationToken);
        if (replicaSet is not null && Owner.Of(replicaSet) is { Kind: "Deployment", Group: "apps" } above
            && await FindAsync(_deployments, space, above, cancellationToken) is { } deployment)
        {
            return new PodController("Deployment", above.Name, Count(deployment, "replicas")) { Strategy = deployment.At("spec", "strategy", "type").Text() };
        }

        return new PodController("ReplicaSet", owner.Name, Count(replicaSet, "replicas"));
    }

    private static PodController OfJob(Owner owner, JsonObject? job) =>
        new("Job", owner.Name, Count(job, "parallelism")) { IsIndexed = job.At("spec", "completionMode").Text() is "Indexed" };

    /// <summary>An object with the same name and another uid is another object.</summary>
    private static async Task<JsonObject?> FindAsync(ResourceClient<JsonObject> client, string space, Owner owner, CancellationToken cancellationToken) =>
        await client.FindAsync(new ObjectName(space, owner.Name), cancellationToken) is { } found && found.At("metadata", "uid").Text() == owner.Id ? found : null;

    private static int? Count(JsonObject? item, string field) => item.At("spec", field).Number() is { } count and >= 0 and <= int.MaxValue ? (int)count : null;
}
