using Crik.Contracts.MigrationPolicies;
using Crik.Operator.Policies.Measuring;

namespace Crik.Operator.Policies.Deciding;

/// <summary>
/// Decides whether a node has too much load. It has when it was above a threshold for the whole duration, and it keeps that until it
/// is at its lower thresholds. It is pure.
/// </summary>
internal static class NodeWatch
{
    /// <summary>
    /// After a longer time without a measurement, nobody can say that the node was above its threshold all the time. It is longer
    /// than the minute for which a measurement may stay out of the status.
    /// </summary>
    private static readonly TimeSpan s_gap = TimeSpan.FromMinutes(3);

    /// <summary>A measurement that is later than this says nothing: the clock of whoever made it was wrong.</summary>
    private static readonly TimeSpan s_clocks = TimeSpan.FromMinutes(1);

    /// <param name="before">What the status says of it. Null: nothing.</param>
    /// <returns>Null if the node has no much load.</returns>
    public static PolicyNode? Next(PolicyNode? before, MeasuredNode node, PolicyRequest request, DateTimeOffset now)
    {
        if (node.Load is not { } load)
        {
            return IsRecent(before, now, now) ? before : null;
        }

        PolicyNode? known = IsRecent(before, load.Time, now) ? before : null;
        string? high = request.Thresholds.Where(one => node.Percent(one.Resource) > one.Above).Select(static one => one.Resource).FirstOrDefault();
        bool isOverloaded = known is { OverloadedTime: not null };
        if (isOverloaded ? request.Thresholds.All(one => node.Percent(one.Resource) <= one.Until) : high is null)
        {
            return null;
        }

        DateTimeOffset since = known?.AboveSince ?? load.Time;
        return new PolicyNode
        {
            Name = node.Name,
            CpuPercent = PercentOf(node, request, Resources.Cpu),
            MemoryPercent = PercentOf(node, request, Resources.Memory),
            MeasuredTime = load.Time,
            AboveSince = since,
            OverloadedTime = known?.OverloadedTime ?? (load.Time - since >= request.For ? now : null),
            Resource = high ?? known?.Resource,
        };
    }

    private static bool IsRecent(PolicyNode? before, DateTimeOffset next, DateTimeOffset now) =>
        before?.MeasuredTime is { } measured && next - measured <= s_gap && measured - now <= s_clocks;

    private static int? PercentOf(MeasuredNode node, PolicyRequest request, string resource) =>
        request.Thresholds.Any(one => one.Resource == resource) ? (int)Math.Min(100_000, Math.Round(node.Percent(resource))) : null;
}
