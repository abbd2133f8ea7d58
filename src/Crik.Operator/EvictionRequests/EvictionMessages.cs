using Crik.Contracts.PodMigrations;

namespace Crik.Operator.EvictionRequests;

/// <summary>Says for people how far a move is. It is pure.</summary>
internal static class EvictionMessages
{
    /// <param name="item">A PodMigration with one pod.</param>
    public static string Of(PodMigrationDocument item)
    {
        string migration = $"the PodMigration {item.Metadata?.Name}", text = item.Status switch
        {
            { CompletionTime: not null, Pods: [{ Reason: PodMigrationReasons.Completed } done] } =>
                $"The pod was moved to the node {done.Destination} as {done.Replacement?.Name}, by {migration}.",
            { CompletionTime: not null, Pods: [var failed] } => $"The pod was not moved by {migration}: {failed.Reason}. {failed.Message}",
            { CompletionTime: not null } status => $"The pod was not moved by {migration}: "
                + $"{status.Conditions?.FirstOrDefault(static one => one.Type is PodMigrationConditions.Ready)?.Message}",
            { Pods: [{ Reason: { } reason } undone] } => $"The move by {migration} is given up: {reason}. {undone.Message}",
            { Pods: [{ Replacement.Name: { } next } move] } => $"The pod {next} is restored on the node {move.Destination}, by {migration}.",
            { Pods: [{ AnnouncedTime: not null } move] } => $"The pod is saved and deleted, and goes on on the node {move.Destination}, by {migration}.",
            { Pods: [{ Destination: { } node }] } => $"The pod is about to be moved to the node {node}, by {migration}.",
            _ => $"The pod waits for its move, by {migration}.",
        };
        return text.Length <= EvictionNames.LongestMessage ? text : text[..EvictionNames.LongestMessage];
    }
}
