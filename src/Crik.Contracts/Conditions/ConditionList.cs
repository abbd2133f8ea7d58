namespace Crik.Contracts.Conditions;

/// <summary>Reads and changes lists of conditions, by the rules of meta.SetStatusCondition in k8s.io/apimachinery.</summary>
public static class ConditionList
{
    /// <summary>Longer messages would make the object large. The CRDs and the API server allow 32 KiB.</summary>
    private const int LongestMessage = 1024;

    public static Condition? Find(this IReadOnlyList<Condition>? list, string type) => list?.FirstOrDefault(condition => condition.Type == type);

    /// <summary>Whether there is such a condition with the status `True`.</summary>
    public static bool IsTrue(this IReadOnlyList<Condition>? list, string type) => list.Find(type)?.Status == Condition.True;

    /// <summary>
    /// Sets a condition. Its time of transition stays as it was if the status is the one that it had already, so a list in which
    /// nothing changed is equal to the one before.
    /// </summary>
    /// <returns>The new list, with this condition in the place that it had.</returns>
    public static IReadOnlyList<Condition> With(this IReadOnlyList<Condition>? list, Condition condition, DateTimeOffset now)
    {
        Condition? before = list.Find(condition.Type!);
        Condition next = condition with
        {
            Message = condition.Message is { Length: > LongestMessage } text ? text[..(LongestMessage - 1)] + "…" : condition.Message,
            LastTransitionTime = before is { LastTransitionTime: { } since } && before.Status == condition.Status ? since : WholeSeconds(now),
        };
        return before is null ? [.. list ?? [], next] : [.. list!.Select(old => old.Type == next.Type ? next : old)];
    }

    /// <summary>Takes a condition away, as kstatus wants it of `Reconciling` and `Stalled` when they do not hold.</summary>
    public static IReadOnlyList<Condition> Without(this IReadOnlyList<Condition>? list, string type) =>
        [.. (list ?? []).Where(condition => condition.Type != type)];

    private static DateTimeOffset WholeSeconds(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
