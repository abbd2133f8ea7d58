using Crik.Hosting;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Queues;
using Crik.Kubernetes.Resources;
using Crik.Kubernetes.Watching;
using Crik.Operator.Migrations.Cluster;

namespace Crik.Operator.EvictionRequests;

/// <summary>Follows Evictions and the PodMigrations that were made for them, and works on one Eviction at a time. Only the leader runs it.</summary>
internal sealed class EvictionQueue(KubernetesApi api, EvictionApi evictions, EvictionWork work, TimeProvider clock, ILogger<EvictionQueue> log)
{
    /// <summary>Runs until it is canceled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await evictions.UntilServedAsync(cancellationToken);
        KeyedWork<ObjectName> queue = new(work.DoAsync, Failed, clock);
        FollowTroubles missingApi = new(log, "switch on lifecycle.k8s.io/v1alpha1 of the API server, or set migration.evictionRequests.enabled to false");
        FollowTroubles missingMigrations = new(log, "install the CustomResourceDefinitions: kubectl apply -f charts/crik/crds");
        ResourceFollower<EvictionHead> all = Follow(new ResourceSelection(EvictionNames.Type));
        ResourceFollower<EvictionHead> migrations = Follow(new ResourceSelection(MigrationObjects.Type, LabelSelector: EvictionNames.Eviction));
        await Together.RunAsync(
            cancellationToken,
            token => all.FollowAsync(change => Seen(change, change.Item?.Metadata?.Name, queue, missingApi), token),
            token => migrations.FollowAsync(change => Seen(change, change.Item?.Metadata?.Annotations?.GetValueOrDefault(EvictionNames.Eviction), queue, missingMigrations), token),
            queue.RunAsync);
    }

    private ResourceFollower<EvictionHead> Follow(ResourceSelection selection) => new(api, selection, EvictionJson.Default.EvictionHead, new FollowOptions(), clock);

    private static void Seen(ResourceChange<EvictionHead> change, string? eviction, KeyedWork<ObjectName> queue, FollowTroubles troubles)
    {
        troubles.Seen(change);
        if (change is { Kind: ResourceChangeKind.Present or ResourceChangeKind.Deleted, Item.Metadata.Namespace: { } space } && eviction is not null)
        {
            queue.Add(new ObjectName(space, eviction));
        }
    }

    private void Failed(ObjectName name, KubernetesException problem, TimeSpan pause) =>
        log.EvictionInterrupted(name.Namespace!, name.Name, problem.Message, pause.TotalSeconds);
}
