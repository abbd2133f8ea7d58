using Crik.Contracts.Conditions;
using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Policies.Deciding;

/// <summary>
/// Keeps the moves in the status of a policy in step with its PodMigrations. No move begins before all of it is right: so there are
/// never more than the policy allows, wherever the operator was killed. It is pure.
/// </summary>
internal static class PolicyBooks
{
    /// <summary>How many PodMigrations that have ended are kept for people to look at.</summary>
    private const int Kept = 10;

    /// <summary>A decision that is older was made from a load that says nothing about now.</summary>
    private static readonly TimeSpan s_longestDecision = TimeSpan.FromMinutes(2);

    /// <summary>How far a clock may be ahead of this one. A time later than that was written by an operator whose clock was wrong.</summary>
    private static readonly TimeSpan s_clocks = TimeSpan.FromMinutes(1);

    /// <param name="mayBegin">Whether the policy is in force, and no dry run.</param>
    /// <returns>Null if everything is right.</returns>
    public static PolicyStep? Next(PolicyFacts facts, bool mayBegin)
    {
        foreach (PolicyMove move in facts.Moves.Where(static move => move.IsOpen))
        {
            PodMigrationDocument? item = facts.Migrations.FirstOrDefault(one => one.Metadata?.Name == move.Name && one.Metadata?.Namespace == move.Namespace);
            if ((item is null ? Missing(facts, move, mayBegin) : (PolicyStep?)Present(facts, move, item)) is { } step)
            {
                return step;
            }
        }

        if (facts.Moves.FirstOrDefault(move => move.CompletionTime - facts.Now > s_clocks) is { } future)
        {
            return Changed(facts, future with { CompletionTime = facts.Now }); // otherwise its nodes would cool down until then
        }

        PodMigrationDocument[] ended = [.. facts.Own.Where(static item => item.Status?.CompletionTime is not null).OrderByDescending(static item => item.Status!.CompletionTime)];
        return ended.Skip(Kept).FirstOrDefault() is { } old ? new PolicyStep.Forget(old)
            : facts.Own.FirstOrDefault(item => IsLost(facts, item)) is { } lost ? new PolicyStep.Write(PolicyStatus.With(facts.Object, [.. facts.Moves, Adopted(lost)]))
            : null;
    }

    private static PolicyStep.Write? Present(PolicyFacts facts, PolicyMove move, PodMigrationDocument item) =>
        move.CreatedTime is null ? Changed(facts, move with { CreatedTime = item.Metadata!.CreationTimestamp ?? facts.Now })
            : item.Status?.CompletionTime is { } end ? Changed(facts, PolicyMoves.Closed(move with { Source = move.Source ?? MoveOf(item)?.Source }, facts.Moves, ResultOf(item), end < facts.Now ? end : facts.Now))
            : null;

    private static PolicyStep Missing(PolicyFacts facts, PolicyMove move, bool mayBegin) =>
        move.CreatedTime is not null ? new PolicyStep.Write(Dropped(facts.Object, move, "Somebody has deleted the PodMigration.", facts.Now))
            : !mayBegin ? new PolicyStep.Write(Dropped(facts.Object, move, "The policy was changed before the move began.", facts.Now))
            : !(facts.Now - move.DecidedTime <= s_longestDecision && move.DecidedTime - facts.Now <= s_clocks) ? new PolicyStep.Write(Dropped(facts.Object, move, "The decision was too old when an operator could carry it out.", facts.Now))
            : new PolicyStep.Create(move);

    /// <summary>The status when a move that was decided on never begins.</summary>
    public static MigrationPolicyStatus Dropped(MigrationPolicyDocument item, PolicyMove move, string why, DateTimeOffset now) =>
        With(item, PolicyMoves.Closed(move, PolicyMoves.Of(item), (PodMigrationReasons.Canceled, why, null), now));

    private static PolicyStep.Write Changed(PolicyFacts facts, PolicyMove changed) => new(With(facts.Object, changed));

    private static MigrationPolicyStatus With(MigrationPolicyDocument item, PolicyMove changed) => PolicyStatus.With(
        item, [.. PolicyMoves.Of(item).Select(move => move.Name == changed.Name && move.Namespace == changed.Namespace ? changed : move)]);

    private static (string Reason, string Message, long? Downtime) ResultOf(PodMigrationDocument item)
    {
        PodMove? move = MoveOf(item);
        Condition? ready = item.Status?.Conditions.Find(PodMigrationConditions.Ready);
        return (move?.Reason ?? ready?.Reason ?? PodMigrationReasons.Canceled, move?.Message ?? ready?.Message ?? "", move?.DowntimeMilliseconds);
    }

    private static PodMove? MoveOf(PodMigrationDocument item) => item.Status?.Pods is [var move, ..] ? move : null;

    /// <summary>
    /// Whether the policy may have created this PodMigration, and the status has lost it. A label and an ownerReference prove nothing:
    /// whoever may create PodMigrations can write them. The status cannot have two moves of one name.
    /// </summary>
    private static bool IsLost(PolicyFacts facts, PodMigrationDocument item) =>
        item.Status?.CompletionTime is null
        && MoveName.IsOf(facts.Object.Metadata!.Name!, item.Metadata!.Name)
        && facts.Object.Spec?.Pods?.Namespaces?.Contains(item.Metadata.Namespace) is true
        && !facts.Moves.Any(move => move.Name == item.Metadata.Name);

    /// <summary>A PodMigration that the status does not know, because somebody has changed the status. It counts like the others.</summary>
    private static PolicyMove Adopted(PodMigrationDocument item) => new()
    {
        Name = item.Metadata!.Name,
        Namespace = item.Metadata.Namespace,
        Pod = item.Spec?.Pod,
        PodUid = MoveOf(item)?.Uid,
        Workload = MoveOf(item) is { OwnerUid: { } owner } move ? move.KeepsName is true ? $"{owner}/{move.Name}" : move.CompletionIndex is { } index ? $"{owner}/{index}" : owner : null,
        Source = MoveOf(item)?.Source,
        Destination = item.Spec?.To?.Node,
        DecidedTime = item.Metadata.CreationTimestamp,
        CreatedTime = item.Metadata.CreationTimestamp,
    };
}
