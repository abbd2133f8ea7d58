using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>What became of a checkpoint for which a request waited.</summary>
internal abstract record CheckpointOutcome
{
    private CheckpointOutcome()
    {
    }

    public sealed record Done(EntryDocument Entry) : CheckpointOutcome;

    /// <param name="Reason">One of <see cref="PodCheckpointReasons"/>.</param>
    public sealed record Failed(string Reason, string Message) : CheckpointOutcome;

    /// <summary>Somebody has deleted the object.</summary>
    public sealed record Gone : CheckpointOutcome;

    /// <summary>No agent has begun with it.</summary>
    /// <param name="Version">The version of the object that nobody has touched.</param>
    public sealed record Untaken(string? Version) : CheckpointOutcome;

    /// <summary>Nothing about it has changed for so long. It may go on all the same.</summary>
    public sealed record Silent(TimeSpan Waited) : CheckpointOutcome;

    /// <returns>Null while it is in progress.</returns>
    public static CheckpointOutcome? Of(PodCheckpointDocument checkpoint)
    {
        IReadOnlyList<Condition>? conditions = checkpoint.Status?.Conditions;
        if (conditions.Find(PodCheckpointConditions.Stalled) is { Status: Condition.True } stalled)
        {
            return new Failed(stalled.Reason ?? "", stalled.Message ?? "");
        }

        if (!conditions.IsTrue(PodCheckpointConditions.Ready))
        {
            return null;
        }

        return checkpoint.Status!.Containers is [{ Name: { } name, Image: { } image }, ..]
            ? new Done(new EntryDocument
            {
                ContainerIdentifier = new ContainerIdentifierDocument
                {
                    Namespace = checkpoint.Metadata?.Namespace ?? "",
                    Pod = checkpoint.Spec?.Pod ?? "",
                    Container = name,
                },
                BeginTimestamp = Seconds(checkpoint.Status.StartTime ?? checkpoint.Metadata?.CreationTimestamp),
                EndTimestamp = Seconds(checkpoint.Status.CompletionTime ?? conditions.Find(PodCheckpointConditions.Ready)!.LastTransitionTime),
                ContainerImageName = image,
            })
            : new Failed(PodCheckpointReasons.PushFailed, "the checkpoint has no image");
    }

    private static long Seconds(DateTimeOffset? time) => time?.ToUnixTimeSeconds() ?? 0;
}
