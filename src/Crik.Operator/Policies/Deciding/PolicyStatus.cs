using System.Text.Json;
using Crik.Contracts;
using Crik.Contracts.Conditions;
using Crik.Contracts.MigrationPolicies;

namespace Crik.Operator.Policies.Deciding;

/// <summary>Makes the status of a policy. It is pure.</summary>
internal static class PolicyStatus
{
    /// <summary>How long a new measurement stays out of the status if nothing else has changed.</summary>
    private static readonly TimeSpan s_refresh = TimeSpan.FromMinutes(1);

    public static MigrationPolicyStatus With(MigrationPolicyDocument item, IEnumerable<PolicyMove> moves) =>
        (item.Status ?? new MigrationPolicyStatus()) with { Moves = PolicyMoves.Pruned(moves) };

    /// <summary>The policy cannot do anything until its spec is changed.</summary>
    public static MigrationPolicyStatus Stalled(PolicyFacts facts, string reason, string message) =>
        Resting(facts, reason, message, conditions => conditions.With(Make(facts, MigrationPolicyConditions.Stalled, Condition.True, reason, message), facts.Now));

    public static MigrationPolicyStatus Suspended(PolicyFacts facts) =>
        Resting(facts, MigrationPolicyReasons.Suspended, "Nothing is watched, because spec.suspend is true.", static conditions => conditions);

    /// <summary>The policy waits for nodes, or for their load. What is known of nodes with much load stays for a while.</summary>
    public static MigrationPolicyStatus Waiting(PolicyFacts facts, string reason, string message, IReadOnlyList<PolicyNode> nodes) =>
        Resting(facts, reason, message, conditions => conditions.With(Make(facts, MigrationPolicyConditions.Reconciling, Condition.True, reason, message), facts.Now)) with
        {
            Nodes = nodes.Count == 0 ? null : nodes,
        };

    /// <summary>The policy is in force.</summary>
    /// <param name="ready">The reason and the message of the condition `Ready`.</param>
    public static MigrationPolicyStatus Watching(
        PolicyFacts facts, IReadOnlyList<PolicyNode> nodes, IReadOnlyList<PolicyProposal> proposals, (string Reason, string Message) ready)
    {
        PolicyNode[] overloaded = [.. nodes.Where(static node => node.OverloadedTime is not null)];
        (string status, string reason, string message) = overloaded.Length == 0
            ? (Condition.False, MigrationPolicyReasons.NoNodeOverloaded, "No node has been above its threshold for long enough.")
            : (Condition.True, MigrationPolicyReasons.NodeOverloaded, string.Join(", ", overloaded.Take(10).Select(static node => $"{node.Name} ({node.Resource})")));
        return (facts.Object.Status ?? new MigrationPolicyStatus()) with
        {
            ObservedGeneration = facts.Object.Metadata?.Generation,
            Overloaded = $"{overloaded.Length}/{facts.Watched.Count()}",
            Nodes = nodes.Count == 0 ? null : nodes,
            Proposals = proposals.Count == 0 ? null : proposals,
            Conditions = (facts.Object.Status?.Conditions).Without(MigrationPolicyConditions.Stalled).Without(MigrationPolicyConditions.Reconciling)
                .With(Make(facts, MigrationPolicyConditions.Ready, Condition.True, ready.Reason, ready.Message), facts.Now)
                .With(Make(facts, MigrationPolicyConditions.Overloaded, status, reason, message), facts.Now),
        };
    }

    /// <returns>The step that writes the status, or null if it says nothing new.</returns>
    public static PolicyStep.Write? IfNew(PolicyFacts facts, MigrationPolicyStatus next)
    {
        MigrationPolicyStatus before = facts.Object.Status ?? new MigrationPolicyStatus();
        return Text(before) != Text(next) || IsOld(before, next) ? new PolicyStep.Write(next) : null;
    }

    private static MigrationPolicyStatus Resting(
        PolicyFacts facts, string reason, string message, Func<IReadOnlyList<Condition>, IReadOnlyList<Condition>> more) => new()
        {
            ObservedGeneration = facts.Object.Metadata?.Generation,
            Moves = facts.Object.Status?.Moves,
            Conditions = more((facts.Object.Status?.Conditions).Without(MigrationPolicyConditions.Overloaded)
                .WithoutOthers(reason).With(Make(facts, MigrationPolicyConditions.Ready, Condition.False, reason, message), facts.Now)),
        };

    /// <summary>What was true for another reason is not any more.</summary>
    private static IReadOnlyList<Condition> WithoutOthers(this IReadOnlyList<Condition> conditions, string reason) =>
        [.. conditions.Where(one => one.Type is MigrationPolicyConditions.Ready || one.Reason == reason)];

    /// <summary>The status without the numbers that change with every measurement.</summary>
    private static string Text(MigrationPolicyStatus status) => JsonSerializer.Serialize(
        status with { Nodes = status.Nodes?.Select(static node => node with { CpuPercent = null, MemoryPercent = null, MeasuredTime = null }).ToArray() },
        ContractsJson.Default.MigrationPolicyStatus);

    private static bool IsOld(MigrationPolicyStatus before, MigrationPolicyStatus next) => (next.Nodes ?? []).Any(node =>
        node.MeasuredTime - before.Nodes?.FirstOrDefault(old => old.Name == node.Name)?.MeasuredTime >= s_refresh);

    private static Condition Make(PolicyFacts facts, string type, string status, string reason, string message) => new()
    {
        Type = type,
        Status = status,
        Reason = reason,
        Message = message,
        ObservedGeneration = facts.Object.Metadata?.Generation,
    };
}
