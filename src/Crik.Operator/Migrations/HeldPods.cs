using System.Net;
using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Configuration;
using Crik.Operator.Migrations.Cluster;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Migrations.Work;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations;

/// <summary>
/// Lets pods run that are held back although no migration needs them. The webhook may have read a migration just before it ended, or
/// migration was switched off while pods were held. Nobody else would ever let them run. Only the leader runs it.
/// </summary>
internal sealed class HeldPods(KubernetesApi api, OperatorOptions options, TimeProvider clock, ILogger<HeldPods> log)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(30);

    private readonly MigrationObjects _objects = new(api);
    private readonly MigrationPods _pods = new(api);
    private readonly ResourceClient<JsonObject> _all = ResourceClient.OfJson(api, ResourceType.Core("pods"));

    /// <summary>Runs until it is canceled. Without migration, nothing is held from now on, so it looks once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            bool isDone = false;
            try
            {
                isDone = await LookAsync(cancellationToken) && !options.MovesPods;
            }
            catch (KubernetesException problem)
            {
                log.FollowingFailed(problem.Message, s_pause.TotalSeconds);
            }

            await Task.Delay(isDone ? Timeout.InfiniteTimeSpan : s_pause, clock, cancellationToken);
        }
    }

    /// <returns>Whether nothing is left to do for those that are held now.</returns>
    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        ListQuery query = new() { LabelSelector = $"{PodMigrationNames.HeldLabel}=true" };
        await foreach (JsonObject pod in _all.ListAsync(query, cancellationToken: cancellationToken))
        {
            try
            {
                await LiftAsync(pod, MovingPod.Of(pod), cancellationToken);
            }
            catch (KubernetesException refusal) when (refusal.Status is HttpStatusCode.Forbidden)
            {
                log.HeldPodNotLifted(pod.At("metadata", "namespace").Text() ?? "", pod.At("metadata", "name").Text() ?? "", refusal.Message);
            }
        }

        return true;
    }

    private async Task LiftAsync(JsonObject pod, MovingPod held, CancellationToken cancellationToken)
    {
        if (held.IsGated && !(options.MovesPods && IsNeeded(held, await _objects.ListAsync(pod.At("metadata", "namespace").Text()!, cancellationToken))))
        {
            await _pods.ChangeAsync(pod, PodManifest.WithoutGate(pod, null), cancellationToken);
        }
    }

    /// <summary>Any move of the same controller may take it.</summary>
    private static bool IsNeeded(MovingPod held, IReadOnlyList<PodMigrationDocument> migrations) => migrations
        .Where(static item => item.Status is { CompletionTime: null }).SelectMany(static item => item.Status!.Pods ?? [])
        .Any(move => move is { AnnouncedTime: not null, CompletionTime: null } && move.OwnerUid == held.Owner?.Id);
}
