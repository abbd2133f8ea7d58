using Crik.Contracts;
using Crik.Contracts.PodMigrations;
using Crik.Hosting;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Queues;
using Crik.Kubernetes.Resources;
using Crik.Kubernetes.Watching;
using Crik.Operator.Migrations.Cluster;
using Crik.Operator.Migrations.Work;

namespace Crik.Operator.Migrations;

/// <summary>
/// Follows PodMigrations and works on them, one step of one object at a time: two objects that want the same pod see each other.
/// Only the leader runs it.
/// </summary>
internal sealed class MigrationQueue(KubernetesApi api, MigrationWork work, TimeProvider clock, ILogger<MigrationQueue> log)
{
    /// <summary>Runs until it is canceled.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        KeyedWork<ObjectName> queue = new(work.DoAsync, Failed, clock);
        ResourceFollower<PodMigrationDocument> objects = new(
            api, new ResourceSelection(MigrationObjects.Type), ContractsJson.Default.PodMigrationDocument, new FollowOptions(), clock);
        return Together.RunAsync(cancellationToken, token => objects.FollowAsync(change => Seen(change, queue), token), queue.RunAsync);
    }

    private void Seen(ResourceChange<PodMigrationDocument> change, KeyedWork<ObjectName> queue)
    {
        if (change is { Kind: ResourceChangeKind.Present, Item.Metadata: { Name: { } name, Namespace: { } space } })
        {
            queue.Add(new ObjectName(space, name));
        }
        else if (change.Trouble is { } trouble)
        {
            log.FollowingFailed(trouble.Problem, trouble.Pause.TotalSeconds);
        }
    }

    private void Failed(ObjectName name, KubernetesException problem, TimeSpan pause) =>
        log.MigrationInterrupted(name.Namespace!, name.Name, problem.Message, pause.TotalSeconds);
}
