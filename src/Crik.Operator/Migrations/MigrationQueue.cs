using System.Text.Json.Nodes;
using Crik.Contracts;
using Crik.Contracts.PodMigrations;
using Crik.Hosting;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Queues;
using Crik.Kubernetes.Resources;
using Crik.Kubernetes.Watching;
using Crik.Operator.Migrations.Cluster;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Migrations.Work;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations;

/// <summary>
/// Follows PodMigrations and works on them, one step of one object at a time: two objects that want the same pod see each other.
/// Only the leader runs it.
/// </summary>
internal sealed class MigrationQueue(KubernetesApi api, MigrationWork work, TimeProvider clock, ILogger<MigrationQueue> log)
{
    /// <summary>How often to look for pods that are held back although no migration needs them.</summary>
    private static readonly TimeSpan s_betweenSweeps = TimeSpan.FromSeconds(30);

    private readonly MigrationObjects _objects = new(api);
    private readonly MigrationPods _pods = new(api);
    private readonly ResourceClient<JsonObject> _held = ResourceClient.OfJson(api, ResourceType.Core("pods"));

    /// <summary>Runs until it is canceled.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        KeyedWork<ObjectName> queue = new(work.DoAsync, Failed, clock);
        ResourceFollower<PodMigrationDocument> objects = new(
            api, new ResourceSelection(MigrationObjects.Type), ContractsJson.Default.PodMigrationDocument, new FollowOptions(), clock);
        return Together.RunAsync(cancellationToken, token => objects.FollowAsync(change => Seen(change, queue), token), queue.RunAsync, SweepAsync);
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

    /// <summary>
    /// A pod may have been held back by a webhook that had read the migration just before it ended. Nobody else would ever let
    /// it run.
    /// </summary>
    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await foreach (JsonObject pod in _held.ListAsync(new ListQuery { LabelSelector = PodMigrationNames.HeldLabel }, cancellationToken: cancellationToken))
                {
                    await LiftAsync(pod, cancellationToken);
                }
            }
            catch (KubernetesException problem)
            {
                log.FollowingFailed(problem.Message, s_betweenSweeps.TotalSeconds);
            }

            await Task.Delay(s_betweenSweeps, clock, cancellationToken);
        }
    }

    private async Task LiftAsync(JsonObject pod, CancellationToken cancellationToken)
    {
        MovingPod held = MovingPod.Of(pod);
        IReadOnlyList<PodMigrationDocument> all = await _objects.ListAsync(pod.At("metadata", "namespace").Text()!, cancellationToken);
        bool isNeeded = all.Any(item => item.Metadata?.Uid == held.Migration && item.Status is { CompletionTime: null } status
            && (status.Pods ?? []).Any(static move => move is { AnnouncedTime: not null, CompletionTime: null }));
        if (held.IsGated && !isNeeded)
        {
            await _pods.ChangeAsync(pod, PodManifest.WithoutGate(pod, held.Migration ?? "", null), cancellationToken);
        }
    }

    private void Failed(ObjectName name, KubernetesException problem, TimeSpan pause) =>
        log.MigrationInterrupted(name.Namespace!, name.Name, problem.Message, pause.TotalSeconds);
}
