using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Kubectl.Output;

namespace Crik.Kubectl.Checkpoints;

/// <summary>Says in words what has happened to a PodCheckpoint since it was last looked at.</summary>
internal static class CheckpointProgress
{
    /// <summary>The conditions that are worth a line, in the order in which they come true.</summary>
    private static readonly string[] s_steps =
    [
        PodCheckpointConditions.Reconciling, PodCheckpointConditions.Saved, PodCheckpointConditions.PodDeleted, PodCheckpointConditions.Pushed,
    ];

    /// <summary>Why it has failed for good, or null.</summary>
    public static string? Failure(PodCheckpointDocument checkpoint) =>
        checkpoint.Status?.Conditions.Find(PodCheckpointConditions.Stalled) is { Status: Condition.True } stalled ? $"{stalled.Message} ({stalled.Reason})" : null;

    public static IEnumerable<string> Lines(PodCheckpointDocument? before, PodCheckpointDocument now)
    {
        foreach (string step in s_steps)
        {
            if (now.Status?.Conditions.Find(step) is { } condition && Text(condition) is { } text && text != Text(before?.Status?.Conditions.Find(step)))
            {
                yield return $"{now.Metadata?.Name}: {Words.Printable(text)}";
            }
        }
    }

    /// <summary>The images, one a line, with the names of the containers where there are several.</summary>
    public static IEnumerable<string> Results(PodCheckpointDocument checkpoint)
    {
        IReadOnlyList<ContainerCheckpoint> containers = checkpoint.Status?.Containers ?? [];
        foreach (ContainerCheckpoint container in containers)
        {
            string result = container.Image ?? (container.Generation is { } generation ? $"checkpoint {generation} was made" : "no image");
            yield return Words.Printable(containers.Count > 1 ? $"{container.Name}: {result}" : result);
        }
    }

    /// <summary>A step that is not done says why, and one that is done says that.</summary>
    private static string? Text(Condition? condition) => condition switch
    {
        null => null,
        { Type: PodCheckpointConditions.Reconciling, Status: Condition.True } => condition.Message,
        { Type: PodCheckpointConditions.Reconciling } => null,
        { Status: Condition.True, Message: { Length: > 0 } message } => $"{condition.Type}: {message}",
        { Status: Condition.True } => condition.Type,
        { Message: { Length: > 0 } message } when condition.Reason != PodCheckpointReasons.InProgress => $"not {condition.Type} yet: {message}",
        _ => null,
    };
}
