using Crik.Contracts;
using Crik.Contracts.MigrationPolicies;
using Crik.Hosting;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Queues;
using Crik.Kubernetes.Resources;
using Crik.Kubernetes.Watching;
using Crik.Operator.Policies.Cluster;
using Crik.Operator.Policies.Work;

namespace Crik.Operator.Policies;

/// <summary>
/// Follows MigrationPolicies and works on them, one after the other: two policies that want the same pod see each other's
/// PodMigrations. Only the leader runs it.
/// </summary>
internal sealed class PolicyQueue(KubernetesApi api, PolicyWork work, TimeProvider clock, ILogger<PolicyQueue> log)
{
    /// <summary>Which change of the spec each policy was looked at for. The operator's own writes of the status are no reason to look again.</summary>
    private readonly Dictionary<string, (string? Uid, long? Generation, bool IsDeleted)> _seen = new(StringComparer.Ordinal);

    /// <summary>Runs until it is canceled.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        _seen.Clear();
        FollowTroubles troubles = new(log, "install the CustomResourceDefinitions: kubectl apply -f charts/crik/crds");
        KeyedWork<ObjectName> queue = new(work.DoAsync, Failed, clock);
        ResourceFollower<MigrationPolicyDocument> objects = new(
            api, new ResourceSelection(PolicyObjects.Type), ContractsJson.Default.MigrationPolicyDocument, new FollowOptions(), clock);
        return Together.RunAsync(cancellationToken, token => objects.FollowAsync(change => Seen(change, queue, troubles), token), queue.RunAsync);
    }

    private void Seen(ResourceChange<MigrationPolicyDocument> change, KeyedWork<ObjectName> queue, FollowTroubles troubles)
    {
        troubles.Seen(change);
        if (change is { Kind: ResourceChangeKind.Present or ResourceChangeKind.Deleted, Item.Metadata: { Name: { } name } metadata })
        {
            (string?, long?, bool) now = (metadata.Uid, metadata.Generation, change.Kind is ResourceChangeKind.Deleted);
            if (!_seen.TryGetValue(name, out (string?, long?, bool) before) || before != now)
            {
                _seen[name] = now;
                queue.Add(ObjectName.Global(name));
            }
        }
    }

    private void Failed(ObjectName name, KubernetesException problem, TimeSpan pause) => log.PolicyInterrupted(name.Name, problem.Message, pause.TotalSeconds);
}
