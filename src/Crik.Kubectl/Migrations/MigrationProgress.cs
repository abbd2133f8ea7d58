using System.Globalization;
using Crik.Contracts.Conditions;
using Crik.Contracts.PodMigrations;
using Crik.Kubectl.Output;

namespace Crik.Kubectl.Migrations;

/// <summary>Says in words how far a PodMigration is.</summary>
internal static class MigrationProgress
{
    /// <summary>The steps of a pod, in the order in which they come true.</summary>
    private static readonly string[] s_steps =
    [
        PodMoveConditions.Accepted, PodMoveConditions.Armed, PodMoveConditions.Checkpointed, PodMoveConditions.Replaced, PodMoveConditions.Restored,
    ];

    /// <summary>Why it has failed for good, or null.</summary>
    public static string? Failure(PodMigrationDocument migration) =>
        migration.Status?.Conditions.Find(PodMigrationConditions.Stalled) is { Status: Condition.True } stalled
            ? $"{stalled.Message} ({stalled.Reason})" : null;

    public static bool IsComplete(PodMigrationDocument migration) => migration.Status?.CompletionTime is not null;

    /// <summary>What has happened since it was last looked at.</summary>
    public static IEnumerable<string> Lines(PodMigrationDocument? before, PodMigrationDocument now)
    {
        foreach (PodMove move in now.Status?.Pods ?? [])
        {
            HashSet<string> told = [.. LinesOf(before?.Status?.Pods?.FirstOrDefault(one => one.Uid == move.Uid))];
            foreach (string line in LinesOf(move).Where(line => !told.Contains(line)))
            {
                yield return $"{move.Name}: {Words.Printable(line)}";
            }
        }
    }

    /// <summary>How far the move of a pod is, in one word.</summary>
    public static string State(PodMove move) =>
        move.Reason ?? s_steps.LastOrDefault(step => move.Conditions.IsTrue(step)) ?? "Waiting";

    public static string Downtime(PodMove move) =>
        move.DowntimeMilliseconds is { } time ? (time / 1000.0).ToString("0.0", CultureInfo.InvariantCulture) + "s" : "-";

    private static IEnumerable<string> LinesOf(PodMove? move)
    {
        foreach (string step in s_steps)
        {
            if (move?.Conditions.Find(step) is { } condition)
            {
                yield return $"{(condition.Status is Condition.True ? "" : "not ")}{step}: {condition.Message}";
            }
        }

        if (move is { Reason: { } reason } and not { Reason: PodMigrationReasons.Completed })
        {
            yield return $"given up: {move.Message} ({reason})";
        }
    }
}
