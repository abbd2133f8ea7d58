using Crik.Contracts.Conditions;
using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Policies.Deciding;

/// <summary>Says what a new status tells that the one before did not. Each change is told once. It is pure.</summary>
internal static class PolicyNews
{
    /// <param name="measured">The nodes whose load is known. One that is gone, or is not measured, is not relieved.</param>
    public static IReadOnlyList<PolicyNotice> Of(MigrationPolicyStatus? before, MigrationPolicyStatus after, IReadOnlyList<string> measured)
    {
        List<PolicyNotice> news = [];
        PolicyNode[] old = [.. Overloaded(before)], now = [.. Overloaded(after)];
        news.AddRange(now.Where(node => !old.Any(one => one.Name == node.Name)).Select(static node =>
            new PolicyNotice(true, MigrationPolicyReasons.NodeOverloaded, $"The node {node.Name} has had too much load since {node.AboveSince:u} ({node.Resource}).")));
        news.AddRange(old.Where(node => measured.Contains(node.Name) && after.Nodes?.Any(one => one.Name == node.Name) is not true).Select(static node =>
            new PolicyNotice(false, MigrationPolicyReasons.NodeRelieved, $"The node {node.Name} has not too much load any more.")));
        news.AddRange((after.Proposals ?? []).Where(one => before?.Proposals?.Contains(one) is not true).Select(static one =>
            new PolicyNotice(false, MigrationPolicyReasons.WouldMove, $"The pod {one.Namespace}/{one.Pod} would be moved from {one.Source} to {one.Destination}: {one.Message}")));
        news.AddRange((after.Moves ?? []).Where(move => move.IsOpen && Find(before, move) is null).Select(static move =>
            new PolicyNotice(false, MigrationPolicyReasons.Moving, $"The pod {move.Namespace}/{move.Pod} is moved from {move.Source} to {move.Destination} ({move.Name}).")));
        news.AddRange(Closed(before, after).Select(static move => move.Reason is PodMigrationReasons.Completed
            ? new PolicyNotice(false, MigrationPolicyReasons.Moved, $"The pod {move.Namespace}/{move.Pod} was moved from {move.Source} to {move.Destination}.")
            : new PolicyNotice(true, MigrationPolicyReasons.MoveFailed, $"The pod {move.Namespace}/{move.Pod} was not moved: {move.Reason}. {move.Message}")));
        return after.Conditions.Find(MigrationPolicyConditions.Ready) is { } ready && IsTrouble(ready.Reason) && before?.Conditions.Find(MigrationPolicyConditions.Ready)?.Reason != ready.Reason
            ? [.. news, new PolicyNotice(true, ready.Reason!, ready.Message!)] : news;
    }

    /// <summary>The moves that have ended since.</summary>
    public static IEnumerable<PolicyMove> Closed(MigrationPolicyStatus? before, MigrationPolicyStatus after) =>
        (after.Moves ?? []).Where(move => !move.IsOpen && Find(before, move) is { IsOpen: true });

    public static IEnumerable<PolicyNode> Overloaded(MigrationPolicyStatus? status) => (status?.Nodes ?? []).Where(static node => node.OverloadedTime is not null);

    private static PolicyMove? Find(MigrationPolicyStatus? status, PolicyMove move) =>
        status?.Moves?.FirstOrDefault(one => one.Name == move.Name && one.Namespace == move.Namespace);

    private static bool IsTrouble(string? reason) => reason is MigrationPolicyReasons.BadSpec or MigrationPolicyReasons.SourceNotAvailable
        or MigrationPolicyReasons.LoadUnknown or MigrationPolicyReasons.NoNodes or MigrationPolicyReasons.NothingToMove;
}
