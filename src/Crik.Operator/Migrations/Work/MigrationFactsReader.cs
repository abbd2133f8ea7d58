using System.Text.Json.Nodes;
using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Migrations.Placing;
using Crik.Pods.Reading;
using Crik.Pods.Restoring;

namespace Crik.Operator.Migrations.Work;

/// <summary>Reads what the next step of a PodMigration depends on, and no more of it than that.</summary>
internal sealed class MigrationFactsReader(MigrationWorld world, TimeProvider clock)
{
    /// <param name="stuck">The UIDs of the pods whose moves cannot go on for now.</param>
    /// <exception cref="KubernetesException">The API server does not answer, or none of the moves can be read.</exception>
    public async Task<MigrationFacts> ReadAsync(PodMigrationDocument item, IReadOnlySet<string> stuck, CancellationToken cancellationToken)
    {
        MigrationFacts facts = new(item, clock.GetUtcNow());
        if (item.Status?.CompletionTime is not null || MigrationRequest.Read(item.Spec, out _) is not { } request)
        {
            return facts;
        }

        if (item.Status?.StartTime is null)
        {
            return facts with { Selected = await SelectedAsync(item, cancellationToken) };
        }

        List<MoveFacts> moves = [];
        KubernetesException? problem = null;
        int open = 0;
        foreach (PodMove move in (item.Status.Pods ?? []).Where(static move => move.CompletionTime is null))
        {
            // Those that wait for their turn need no look at the cluster.
            bool isDue = move.StartTime is not null || (!facts.IsCanceled && open < request.Parallel) || move.Reason is not null;
            open += isDue ? 1 : 0;
            if (!isDue || stuck.Contains(move.Uid!))
            {
                moves.Add(new MoveFacts(move, null) { IsUnknown = isDue });
                continue;
            }

            try
            {
                moves.Add(await ReadAsync(item, request, move, cancellationToken));
            }
            catch (KubernetesException exception)
            {
                // It may be about this pod only. The others go on.
                problem ??= exception;
                moves.Add(new MoveFacts(move, null) { IsUnknown = true });
            }
        }

        return facts with { Moves = moves, Problem = problem };
    }

    private async Task<IReadOnlyList<MovingPod>> SelectedAsync(PodMigrationDocument item, CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonObject> found = await world.Pods.SelectAsync(item.Metadata!.Namespace!, item.Spec!, cancellationToken);
        return [.. found.Select(MovingPod.Of).Where(static pod => pod is { IsEnding: false, Phase: not ("Succeeded" or "Failed") })
            .Where(pod => item.Spec!.PodUid is null || pod.Uid == item.Spec.PodUid)];
    }

    private async Task<MoveFacts> ReadAsync(PodMigrationDocument item, MigrationRequest request, PodMove move, CancellationToken cancellationToken)
    {
        string space = item.Metadata!.Namespace!;
        JsonObject? json = await world.Pods.FindAsync(new ObjectName(space, move.Name!), cancellationToken);
        MovingPod? pod = json is null ? null : MovingPod.Of(json);
        bool isOld = pod?.Uid == move.Uid;
        MoveFacts facts = new(move, isOld ? pod : null) { Namesake = isOld ? null : pod, Migration = item.Metadata.Uid, Engine = EngineOf(move, request, isOld ? pod : null) };
        bool isNearDeletion = move.Conditions.IsTrue(move.IsByImage ? PodMoveConditions.Accepted : PodMoveConditions.Armed);
        if (move.AnnouncedTime is not null || (move is { OwnerUid: not null, HasIdentity: false } && isNearDeletion))
        {
            // A replacement that keeps the name is the pod that was read, or is not there yet.
            IReadOnlyList<JsonObject> all = move.KeepsName is not true ? await world.Pods.ListAsync(space, cancellationToken) : json is null ? [] : [json];
            MovingPod[] pods = [.. all.Select(MovingPod.Of)];
            facts = WithOthers(facts, pods, HasCandidates(move, pods) ? await world.Objects.ListAsync(space, cancellationToken) : []);
            json = facts.Replacement is { } known ? all.First(one => one.At("metadata", "uid").Text() == known.Uid) : json;
            if (facts.Replacement is { Owner.Kind: "Job", IsEnding: false, CrikContainers.Count: 0 })
            {
                facts = facts with { MayJobLoseReplacement = await world.Places.MayJobLoseAsync(json!, cancellationToken) };
            }
        }

        if (move.Checkpoint is { } checkpoint)
        {
            facts = facts with { Checkpoint = await world.Checkpoints.FindAsync(new ObjectName(space, checkpoint), cancellationToken) };
        }

        MovingPod? asked = facts.IsByImage ? null
            : facts.Old is { IsEnding: false } old ? old : facts.Old is null && facts.Replacement is { ReadyAt: not null } next ? next : null;
        if (asked is not null)
        {
            // Only what looks like crik is asked: a command in a container appears in audit logs.
            string[] containers = move.Containers is { } known ? [.. known.Select(static one => one.Name!)] : [.. asked.CrikContainers];
            IReadOnlyList<CrikState>? criks = containers.Length == 0 ? []
                : await world.Criks.ReadAsync(new ObjectName(space, asked.Name), containers, cancellationToken);
            facts = facts with
            {
                Crik = criks is null ? null : [.. criks.Select(crik => crik with { Claim = CheckpointVolume.Claim(json!, crik.Container, crik.ImageDirectory) })],
            };
        }

        bool isNew = !move.Conditions.IsTrue(PodMoveConditions.Accepted) && move.Reason is null;
        return isNew && facts is { Old: not null } && (facts.IsByImage || facts.Crik is { Count: > 0 })
            ? await WithPlaceAsync(facts, item, request, (json!, facts.Crik ?? []), cancellationToken) : facts;
    }

    /// <summary>A pod that was accepted before there was a choice has crik.</summary>
    private static string EngineOf(PodMove move, MigrationRequest request, MovingPod? pod) =>
        move.Engine ?? (pod is null || move.Conditions.IsTrue(PodMoveConditions.Accepted) ? CheckpointEngines.Crik : request.EngineFor(pod));

    private async Task<MoveFacts> WithPlaceAsync(
        MoveFacts facts, PodMigrationDocument item, MigrationRequest request, (JsonObject Json, IReadOnlyList<CrikState> Criks) pod, CancellationToken cancellationToken)
    {
        IReadOnlyList<PodMigrationDocument> all = await world.Objects.ListAsync(item.Metadata!.Namespace!, cancellationToken);
        PodMove[] accepted = [.. all.SelectMany(static other => other.Status?.Pods ?? [])
            .Where(static move => move.IsUnderWay && move.Conditions.IsTrue(PodMoveConditions.Accepted))];
        if (accepted.Any(move => move.Uid == facts.Move.Uid))
        {
            return facts with { IsTaken = true };
        }

        if (facts.Move is { OwnerUid: { } owner, KeepsName: not true } && accepted.Any(move => move.OwnerUid == owner))
        {
            return facts with { IsControllerBusy = true };
        }

        JsonObject free = PodManifest.WithoutPin(pod.Json);
        Place place = await world.Places.ChooseAsync(free, pod.Criks, request.To, cancellationToken);
        IReadOnlyDictionary<string, string> bases = place is Place.Found { NeedsBaseImages: true } ? BaseImages.Of(RestoredPod.Template(pod.Json)) : facts.BaseImages;
        place = place is Place.Found { NeedsBaseImages: true } ? ImageRestores.Unknown(facts.Old!.Containers, bases) ?? place : place;
        return facts with
        {
            BaseImages = bases,
            IsSeenByWebhook = facts.IsBare || await world.Places.IsSeenByWebhookAsync(pod.Json, cancellationToken),
            Place = place,
            Manifest = facts.IsBare ? PodManifest.Of(free) : null,
        };
    }

    /// <summary>Whether there is a pod that may be the replacement or be held back for it, so that it matters whether another move has taken it.</summary>
    private static bool HasCandidates(PodMove move, IReadOnlyList<MovingPod> pods) => move.AnnouncedTime is not null
        && pods.Any(pod => pod.CanReplace(move) && !pod.IsEnding && pod.Uid != move.Replacement?.Uid);

    /// <summary>
    /// Sorts the pods that may replace the one that moves. Which of them is new is told by their UIDs and by times of the API server
    /// alone: the clock of the operator has no say.
    /// </summary>
    /// <param name="migrations">All PodMigrations of the namespace: a pod that one has taken belongs to it.</param>
    private static MoveFacts WithOthers(MoveFacts facts, IReadOnlyList<MovingPod> pods, IReadOnlyList<PodMigrationDocument> migrations)
    {
        PodMove move = facts.Move;
        HashSet<string> taken = [.. migrations.SelectMany(static item => item.Status?.Pods ?? []).Where(one => one.Uid != move.Uid)
            .Select(static one => one.Replacement?.Uid).OfType<string>()];
        MovingPod[] others = [.. pods.Where(pod => pod.CanReplace(move)).OrderBy(static pod => pod.CreatedAt)];
        if (move.AnnouncedTime is null)
        {
            return facts with { Siblings = [.. others.Select(static pod => pod.Uid)] };
        }

        MovingPod[] free = [.. others.Where(pod => !taken.Contains(pod.Uid) && !pod.IsEnding)];
        return facts with
        {
            Replacement = others.FirstOrDefault(pod => pod.Uid == move.Replacement?.Uid),
            Marked = [.. free.Where(pod => pod.Replaces == move.Uid || (pod.IsGated && pod.Replaces is null))],
            Unmarked = [.. free.Where(pod => pod.Migration is null && move.Siblings?.Contains(pod.Uid) is not true && !(pod.CreatedAt < move.DeletedTime))],
            Unseen = pods.FirstOrDefault(pod => move.Unseen?.Contains(pod.Uid) is true && !pod.IsEnding),
            OtherRevision = pods.FirstOrDefault(pod => pod.IsOtherRevisionOf(move)),
        };
    }
}
