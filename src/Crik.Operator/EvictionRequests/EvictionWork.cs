using System.Text.Json.Nodes;
using Crik.Contracts;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Migrations.Cluster;
using Crik.Operator.Migrations.Deciding;

namespace Crik.Operator.EvictionRequests;

/// <summary>
/// Does what <see cref="EvictionDecision"/> says, one step after the other. The Eviction and the PodMigration are its only memory, so
/// that another operator can go on after any step.
/// </summary>
internal sealed class EvictionWork(KubernetesApi api, TimeProvider clock)
{
    private readonly ResourceClient<JsonObject> _evictions = ResourceClient.OfJson(api, EvictionNames.Type);
    private readonly ResourceClient<PodMigrationDocument> _migrations = new(api, MigrationObjects.Type, ContractsJson.Default.PodMigrationDocument);
    private readonly MigrationPods _pods = new(api);

    /// <summary>Goes on with an Eviction until it has to wait.</summary>
    /// <returns>How long to wait, or null if nothing is left to do.</returns>
    /// <exception cref="KubernetesException">The API server refused or did not answer. Do it again.</exception>
    public async Task<TimeSpan?> DoAsync(ObjectName name, CancellationToken cancellationToken)
    {
        while (true)
        {
            JsonObject? eviction = await _evictions.FindAsync(name, cancellationToken);
            switch (EvictionDecision.Next(await ReadAsync(name, eviction, cancellationToken)))
            {
                case EvictionStep.Wait wait:
                    return wait.Pause;
                case EvictionStep.Move move:
                    await CreateAsync(EvictionMigration.Make(name.Namespace!, name.Name, move.Eviction), cancellationToken);
                    break;
                case EvictionStep.Report report when EvictionReport.Make(eviction!, report.Message, clock.GetUtcNow(), isComplete: false) is { } next:
                    await _evictions.UpdateAsync(name, next, cancellationToken, "status");
                    break;
                case EvictionStep.Complete complete when EvictionReport.Make(eviction!, complete.Message, clock.GetUtcNow(), isComplete: true) is { } next:
                    await _evictions.UpdateAsync(name, next, cancellationToken, "status");
                    break;
                case EvictionStep.Remove { Migration: var migration }:
                    await RemoveAsync(migration, cancellationToken);
                    break;
                default:
                    return null;
            }
        }
    }

    private async Task<EvictionFacts> ReadAsync(ObjectName name, JsonObject? eviction, CancellationToken cancellationToken)
    {
        SeenEviction? seen = eviction is null ? null : SeenEviction.Of(eviction);
        IReadOnlyList<PodMigrationDocument> all = await _migrations.ListAllAsync(new ListQuery { Namespace = name.Namespace }, cancellationToken);
        PodMigrationDocument? named = seen is null ? null : all.FirstOrDefault(item => item.Metadata?.Name == EvictionMigration.NameFor(seen));
        PodMigrationDocument? own = named is not null && EvictionMigration.IsFor(named, seen!) ? named : null;
        EvictionFacts facts = new(seen, clock.GetUtcNow())
        {
            Own = own,
            IsNameTaken = named != own,
            Left = [.. all.Where(item => item != named && EvictionMigration.EvictionOf(item) == name.Name)],
        };
        facts = facts with
        {
            Other = all.FirstOrDefault(item => item != own && item.Status is { CompletionTime: null } status
                && (status.Pods ?? []).Any(move => move.Uid == seen?.PodUid && move.IsUnderWay)),
        };
        return seen is not { State: ResponderState.Active } || own is { Status.CompletionTime: null } or { Status: null } || facts.Other is not null ? facts
            : facts with { Pod = await _pods.FindAsync(new ObjectName(name.Namespace, seen.Pod), cancellationToken) is { } pod ? MovingPod.Of(pod) : null };
    }

    private async Task CreateAsync(PodMigrationDocument migration, CancellationToken cancellationToken)
    {
        try
        {
            await _migrations.CreateAsync(migration.Metadata!.Namespace, migration, cancellationToken);
        }
        catch (KubernetesException refusal) when (refusal.IsAlreadyExists)
        {
            // The operator before this one was killed after it had created it.
        }
    }

    /// <summary>A PodMigration that has changed since it was read stays: it may have deleted its pod. The next look shows it.</summary>
    private async Task RemoveAsync(PodMigrationDocument migration, CancellationToken cancellationToken)
    {
        try
        {
            await _migrations.DeleteAsync(new ObjectName(migration.Metadata!.Namespace, migration.Metadata.Name!), cancellationToken, new Deletion
            {
                Preconditions = new DeletionPreconditions { Uid = migration.Metadata.Uid, ResourceVersion = migration.Metadata.ResourceVersion },
            });
        }
        catch (KubernetesException refusal) when (refusal.IsNotFound || refusal.IsConflict)
        {
            // The next look shows what it is now.
        }
    }
}
