using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Migrations.Deciding;
using Crik.Operator.Policies.Measuring;

namespace Crik.Operator.Policies.Deciding;

/// <summary>Reads what the moves in the status of a policy mean for the next ones. It is pure.</summary>
internal static class PolicyMoves
{
    /// <summary>How many moves that have ended stay in the status.</summary>
    public const int Kept = 50;

    private const int MostDoublings = 10;

    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(24);

    public static IEnumerable<PolicyMove> Of(MigrationPolicyDocument item) => item.Status?.Moves ?? [];

    /// <returns>Until when no pod is taken from a node, because of the last move from it or to it. Null: nothing is in the way.</returns>
    public static DateTimeOffset? CoolingUntil(IEnumerable<PolicyMove> moves, string node, PolicyRequest request, DateTimeOffset now)
    {
        DateTimeOffset? last = moves.Where(move => !move.IsOpen && (move.Source == node || move.Destination == node)).Max(static move => move.CompletionTime);
        DateTimeOffset? end = (last < now ? last : now) + request.CoolDown; // the clock of another operator may have been ahead
        return last is not null && end > now ? end : null;
    }

    /// <summary>Whether the workload waits because its last move failed: for twice as long after each failure in a row.</summary>
    public static bool IsPaused(IEnumerable<PolicyMove> moves, string workload, PolicyRequest request, DateTimeOffset now)
    {
        if (Last(moves, workload) is not { Failures: { } failures, CompletionTime: { } end })
        {
            return false;
        }

        TimeSpan pause = request.CoolDown * Math.Pow(2, Math.Min(failures, MostDoublings));
        return now - end < (pause < s_longestPause ? pause : s_longestPause);
    }

    /// <returns>What is on its way to a node, or has come after its load was measured.</returns>
    public static (double Cpu, double Memory) Coming(IEnumerable<PolicyMove> moves, string node, DateTimeOffset measured)
    {
        PolicyMove[] coming = [.. moves.Where(move => move.Destination == node
            && (move.IsOpen || (move.Reason is PodMigrationReasons.Completed && move.CompletionTime >= measured)))];
        return (coming.Sum(static move => move.CpuMillicores ?? 0) / 1000.0, coming.Sum(static move => move.MemoryBytes ?? 0));
    }

    /// <summary>How long the last move of a pod like this one took, as PodMigrations have measured it, or else as the status of the policy remembers it.</summary>
    public static TimeSpan? TimeOf(PolicyFacts facts, MovingPod pod, string workload)
    {
        PodMove? measured = facts.Migrations.SelectMany(static item => item.Status?.Pods ?? [])
            .Where(move => move is { Reason: PodMigrationReasons.Completed, DowntimeMilliseconds: not null }
                && move.OwnerUid == pod.Owner?.Id && (move.KeepsName is not true || move.Name == pod.Name) && move.CompletionIndex == pod.CompletionIndex)
            .MaxBy(static move => move.CompletionTime);
        long? time = measured?.DowntimeMilliseconds ?? facts.Moves.Where(move => move.DowntimeMilliseconds is not null && move.Workload == workload)
            .MaxBy(static move => move.CompletionTime)?.DowntimeMilliseconds;
        return time is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
    }

    /// <summary>A move as it is when nothing was left to do for it.</summary>
    public static PolicyMove Closed(PolicyMove move, IEnumerable<PolicyMove> moves, (string Reason, string Message, long? Downtime) result, DateTimeOffset end) => move with
    {
        CompletionTime = end,
        Reason = result.Reason,
        Message = result.Message,
        DowntimeMilliseconds = result.Downtime,
        Failures = IsFailure(result.Reason) ? (Last(moves, move.Workload)?.Failures ?? 0) + 1 : null,
    };

    /// <summary>All that go on, and the newest of the others.</summary>
    public static IReadOnlyList<PolicyMove> Pruned(IEnumerable<PolicyMove> moves)
    {
        PolicyMove[] all = [.. moves];
        HashSet<(string?, string?)> kept = [.. all.Where(static move => !move.IsOpen).OrderByDescending(static move => move.CompletionTime).Take(Kept).Select(static move => (move.Namespace, move.Name))];
        return [.. all.Where(move => move.IsOpen || kept.Contains((move.Namespace, move.Name)))];
    }

    /// <summary>What a pod used, for the destination.</summary>
    public static PolicyMove With(this PolicyMove move, Load load) =>
        move with { CpuMillicores = (long)Math.Round(load.Cpu * 1000), MemoryBytes = (long)load.Memory };

    private static bool IsFailure(string reason) => reason is not (PodMigrationReasons.Completed or PodMigrationReasons.AlreadyThere or PodMigrationReasons.Canceled);

    private static PolicyMove? Last(IEnumerable<PolicyMove> moves, string? workload) =>
        moves.Where(move => !move.IsOpen && move.Workload == workload).MaxBy(static move => move.CompletionTime);
}
