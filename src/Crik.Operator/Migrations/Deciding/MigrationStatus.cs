using Crik.Contracts.Conditions;
using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>Computes the status of the whole object after each step. It is pure.</summary>
internal static class MigrationStatus
{
    public static PodMigrationStatus Begun(PodMigrationDocument item, IReadOnlyList<MovingPod> pods, DateTimeOffset now) => (item.Status ?? new PodMigrationStatus()) with
    {
        ObservedGeneration = item.Metadata?.Generation,
        StartTime = now,
        Moved = $"0/{pods.Count}",
        Pods = [.. pods.Select(static pod => new PodMove
        {
            Name = pod.Name,
            Uid = pod.Uid,
            OwnerUid = pod.Owner?.Id,
            Revision = pod.Revision,
            CompletionIndex = pod.CompletionIndex,
            KeepsName = pod.Owner is null or { Kind: "StatefulSet", Group: "apps" },
            Source = pod.Node,
        })],
        Conditions = (item.Status?.Conditions)
            .With(Make(item, PodMigrationConditions.Accepted, Condition.True, PodMigrationReasons.Done, $"{pods.Count} pods are to be moved."), now)
            .With(Make(item, PodMigrationConditions.Ready, Condition.False, PodMigrationReasons.InProgress, "The pods are being moved."), now)
            .With(Make(item, PodMigrationConditions.Reconciling, Condition.True, PodMigrationReasons.InProgress, "The pods are being moved."), now),
    };

    public static PodMigrationStatus Failed(PodMigrationDocument item, string reason, string message, DateTimeOffset now)
    {
        PodMigrationStatus status = item.Status ?? new PodMigrationStatus();
        return status with
        {
            ObservedGeneration = item.Metadata?.Generation,
            CompletionTime = now,
            Conditions = status.Conditions.Without(PodMigrationConditions.Reconciling)
                .With(status.StartTime is null ? Make(item, PodMigrationConditions.Accepted, Condition.False, reason, message)
                    : Make(item, PodMigrationConditions.Accepted, Condition.True, PodMigrationReasons.Done, "The pods were chosen."), now)
                .With(Make(item, PodMigrationConditions.Ready, Condition.False, reason, message), now)
                .With(Make(item, PodMigrationConditions.Stalled, Condition.True, reason, message), now),
        };
    }

    public static PodMigrationStatus Finished(PodMigrationDocument item, DateTimeOffset now)
    {
        PodMove[] failed = [.. (item.Status!.Pods ?? []).Where(static move => !IsWhereItShouldBe(move))];
        return failed.Length > 0
            ? Failed(item, PodMigrationReasons.NotAllMoved, string.Join(' ', failed.Take(5).Select(static move => $"{move.Name}: {move.Reason}. {move.Message}")), now)
            : item.Status with
            {
                CompletionTime = now,
                Conditions = item.Status.Conditions.Without(PodMigrationConditions.Reconciling).Without(PodMigrationConditions.Stalled)
                    .With(Make(item, PodMigrationConditions.Ready, Condition.True, PodMigrationReasons.Completed, "All pods are where they should be."), now),
            };
    }

    /// <summary>Changes the move of one pod.</summary>
    public static PodMigrationStatus With(PodMigrationDocument item, string uid, Func<PodMove, PodMove> change)
    {
        PodMove[] moves = [.. (item.Status!.Pods ?? []).Select(move => move.Uid == uid ? change(move) : move)];
        return item.Status with { Pods = moves, Moved = $"{moves.Count(IsWhereItShouldBe)}/{moves.Length}" };
    }

    private static bool IsWhereItShouldBe(PodMove move) => move.Reason is PodMigrationReasons.Completed or PodMigrationReasons.AlreadyThere;

    private static Condition Make(PodMigrationDocument item, string type, string status, string reason, string message) => new()
    {
        Type = type,
        Status = status,
        Reason = reason,
        Message = message,
        ObservedGeneration = item.Metadata?.Generation,
    };
}
