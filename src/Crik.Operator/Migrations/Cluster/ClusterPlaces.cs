using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Admission;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Migrations.Placing;
using Crik.Operator.Migrations.Work;
using Crik.Pods;
using Crik.Pods.Reading;
using Crik.Pods.Restoring;

namespace Crik.Operator.Migrations.Cluster;

/// <summary>Reads nodes, pods and volumes, and lets <see cref="Destinations"/> choose.</summary>
internal sealed class ClusterPlaces(KubernetesApi api, AdmissionOptions admission, TimeProvider clock) : IPlaces
{
    /// <summary>
    /// How long pods and nodes that were read are used for other moves too. Many moves begin at once, and each would read the whole
    /// cluster. What these moves have chosen is read anew each time, and the scheduler has the last word.
    /// </summary>
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    private readonly ResourceClient<JsonObject> _nodes = ResourceClient.OfJson(api, ResourceType.Core("nodes"));
    private readonly ResourceClient<JsonObject> _pods = ResourceClient.OfJson(api, ResourceType.Core("pods"));
    private readonly ResourceClient<JsonObject> _namespaces = ResourceClient.OfJson(api, ResourceType.Core("namespaces"));
    private readonly ResourceClient<JsonObject> _claims = ResourceClient.OfJson(api, ResourceType.Core("persistentvolumeclaims"));
    private readonly ResourceClient<JsonObject> _jobs = ResourceClient.OfJson(api, new ResourceType("batch", "v1", "jobs"));
    private readonly MigrationObjects _migrations = new(api);
    private readonly ResourceClient<JsonObject> _drivers = ResourceClient.OfJson(api, new ResourceType("storage.k8s.io", "v1", "csinodes"));
    private readonly ResourceClient<JsonObject> _attachments = ResourceClient.OfJson(api, new ResourceType("storage.k8s.io", "v1", "volumeattachments"));
    private readonly ResourceClient<JsonObject> _volumes = ResourceClient.OfJson(api, ResourceType.Core("persistentvolumes"));

    private (long At, IReadOnlyList<JsonObject> Pods, IReadOnlyList<JsonObject> Nodes)? _seen;

    public async Task<Place> ChooseAsync(JsonObject pod, IReadOnlyList<CrikState> criks, MigrationDestination to, CancellationToken cancellationToken)
    {
        bool isByImage = criks.Count == 0;
        if (isByImage && ImageRestores.Obstacle(pod) is { } behind)
        {
            return behind;
        }

        _seen = isByImage ? null : _seen; // its replacement stays on the node that is chosen, so that has to be right

        if (criks.Select(crik => CheckpointVolume.Obstacle(pod, crik.Container, crik.ImageDirectory)).FirstOrDefault(static obstacle => obstacle is not null) is { } local)
        {
            return local;
        }

        if (await JobObstacleAsync(pod, criks, cancellationToken) is { } failure)
        {
            return failure;
        }

        (IReadOnlyList<JsonObject> pods, IReadOnlyList<JsonObject> all) = await SeenAsync(cancellationToken);
        IReadOnlyList<JsonObject> claims = await ClaimsAsync(pod, cancellationToken);
        if (SharedClaims.Obstacle(pod, claims, pods) is { } shared)
        {
            return shared;
        }

        ILookup<string, JsonObject> coming = ComingPods.Of(await _migrations.ListAsync(null, cancellationToken), pods);
        IReadOnlyList<JsonObject> volumes = await VolumesAsync(claims, cancellationToken);
        ILookup<string, JsonObject> there = pods.ToLookup(static one => one.At("spec", "nodeName").Text() ?? "", StringComparer.Ordinal);
        MigrationNode[] nodes = [.. all.Select(node => (Node: node, Name: node.At("metadata", "name").Text() ?? ""))
            .Select(one => MigrationNode.Of(one.Node, there[one.Name], coming[one.Name]))];
        nodes = volumes.Any(static volume => Attachments.DriverOf(volume) is not null) ? await WithAttachmentsAsync(nodes, cancellationToken) : nodes;
        MigrationNode? source = nodes.FirstOrDefault(node => node.Name == pod.At("spec", "nodeName").Text());
        CheckpointOrigin? image = isByImage ? new CheckpointOrigin(ContainerRuntime.Parse(source?.Facts.Runtime), source?.Facts.Architecture) : null;
        return Destinations.Choose(pod, to, nodes, volumes, image);
    }

    private async Task<MigrationNode[]> WithAttachmentsAsync(IReadOnlyList<MigrationNode> nodes, CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonObject> drivers = await _drivers.ListAllAsync(new ListQuery(), cancellationToken), attached = await _attachments.ListAllAsync(new ListQuery(), cancellationToken);
        return
        [
            .. nodes.Select(node => node with
            {
                Attachments = Attachments.Of(node.Name, drivers.FirstOrDefault(one => one.At("metadata", "name").Text() == node.Name), attached),
            }),
        ];
    }

    /// <summary>
    /// The webhooks have the labels of the pod and the namespace in their selectors. A pod that says `false` is only seen if it asks for
    /// restores.
    /// </summary>
    public async Task<bool> IsSeenByWebhookAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        string space = pod.At("metadata", "namespace").Text() ?? "";
        string? label = pod.At("metadata", "labels", PodNames.InjectLabel).Text();
        bool asksForRestores = pod.At("metadata", "labels", PodNames.RestoreAnnotation).Text() is "true";
        return !admission.Excludes(space) && (asksForRestores || label is "true" || (label is null
            && (await _namespaces.FindAsync(ObjectName.Global(space), cancellationToken)).At("metadata", "labels", PodNames.InjectLabel).Text() is "true"));
    }

    public async Task<bool> MayJobLoseAsync(JsonObject pod, CancellationToken cancellationToken) =>
        await JobOfAsync(pod, cancellationToken) is { } job && JobFailures.MayLose(job, pod);

    private async Task<(IReadOnlyList<JsonObject> Pods, IReadOnlyList<JsonObject> Nodes)> SeenAsync(CancellationToken cancellationToken)
    {
        if (_seen is not { } seen || clock.GetElapsedTime(seen.At) > s_fresh)
        {
            _seen = seen = (clock.GetTimestamp(), await PodsAsync(cancellationToken), await _nodes.ListAllAsync(new ListQuery(), cancellationToken));
        }

        return (seen.Pods, seen.Nodes);
    }

    /// <summary>Each page is dropped before the next one is read.</summary>
    private async Task<IReadOnlyList<JsonObject>> PodsAsync(CancellationToken cancellationToken)
    {
        List<JsonObject> pods = [];
        await foreach (JsonObject one in _pods.ListAsync(new ListQuery(), cancellationToken: cancellationToken))
        {
            pods.Add(PlacedPod.Of(one));
        }

        return pods;
    }

    private async Task<Place.Refused?> JobObstacleAsync(JsonObject pod, IReadOnlyList<CrikState> criks, CancellationToken cancellationToken) =>
        criks.Count > 0 && await JobOfAsync(pod, cancellationToken) is { } job ? JobFailures.Obstacle(job, pod, [.. criks.Select(static crik => crik.Container)]) : null;

    private async Task<JsonObject?> JobOfAsync(JsonObject pod, CancellationToken cancellationToken) =>
        Owner.Of(pod) is { Kind: "Job", Group: "batch" } owner
            ? await _jobs.FindAsync(new ObjectName(pod.At("metadata", "namespace").Text(), owner.Name), cancellationToken) : null;

    private async Task<IReadOnlyList<JsonObject>> ClaimsAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        List<JsonObject> claims = [];
        foreach (string name in CheckpointVolume.Claims(pod))
        {
            if (await _claims.FindAsync(new ObjectName(pod.At("metadata", "namespace").Text(), name), cancellationToken) is { } claim)
            {
                claims.Add(claim);
            }
        }

        return claims;
    }

    private async Task<IReadOnlyList<JsonObject>> VolumesAsync(IReadOnlyList<JsonObject> claims, CancellationToken cancellationToken)
    {
        List<JsonObject> volumes = [];
        foreach (JsonObject claim in claims)
        {
            if (claim.At("spec", "volumeName").Text() is { Length: > 0 } name
                && await _volumes.FindAsync(ObjectName.Global(name), cancellationToken) is { } volume)
            {
                volumes.Add(volume);
            }
        }

        return volumes;
    }
}
