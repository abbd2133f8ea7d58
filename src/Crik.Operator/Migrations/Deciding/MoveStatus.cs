using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;
using Crik.Pods.Restoring;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>Computes the status of the move of one pod after each step. It is pure.</summary>
internal static class MoveStatus
{
    public static PodMove Accepted(PodMove move, MoveFacts facts, string destination, DateTimeOffset now) =>
        Done(move, PodMoveConditions.Accepted, $"It moves to {destination}.", now) with
        {
            StartTime = move.StartTime ?? now,
            Destination = destination,
            Manifest = facts.Manifest,
            Engine = facts.Engine,
            Containers = facts.IsByImage
                ? [.. facts.Old!.Containers.Select(name => new MovedContainer { Name = name, BaseImage = facts.BaseImages.GetValueOrDefault(name) })]
                : [.. facts.Crik!.Select(static crik => new MovedContainer
                {
                    Name = crik.Container,
                    ImageDirectory = crik.ImageDirectory,
                    Claim = crik.Claim,
                    Before = crik.Newest,
                })],
        };

    public static PodMove Armed(PodMove move, DateTimeOffset now) => Done(move, PodMoveConditions.Armed, "The next SIGTERM makes a checkpoint.", now) with { ArmedTime = now };

    /// <summary>Checkpoints by the clock may have been made since the pod was accepted. They are not that of the move either.</summary>
    public static PodMove Announced(PodMove move, MoveFacts facts, DateTimeOffset now) => move with
    {
        AnnouncedTime = now,
        Siblings = facts.Siblings.Count == 0 ? null : facts.Siblings,
        Checkpoint = facts.IsByImage ? ImageMove.CheckpointName(move, facts.Migration!) : null,
        Containers = facts.IsByImage ? move.Containers : [.. (move.Containers ?? []).Select(one => one with { Before = facts.Crik!.FirstOrDefault(crik => crik.Container == one.Name)?.Newest ?? one.Before })],
    };

    /// <summary>What the pod that ends tells: when it was deleted, and once its containers have ended, with which checkpoints.</summary>
    public static PodMove Ending(PodMove move, MovingPod pod, DateTimeOffset now)
    {
        PodMove next = move with { DeletedTime = pod.DeletedAt };
        MovedContainer[] containers = [.. (move.Containers ?? []).Select(one =>
            pod.Endings.GetValueOrDefault(one.Name!) is { Outcome: "checkpointed", Generation: { } generation } ? one with { Generation = generation } : one)];
        return move.IsByImage || move.Containers is null || !containers.All(one => pod.Endings.ContainsKey(one.Name!)) ? next
            : containers.FirstOrDefault(static one => one.Generation is null) is { } lost
                ? With(next, PodMoveConditions.Checkpointed, Condition.False, PodMigrationReasons.NotCheckpointed,
                    $"The container {lost.Name} ended without a checkpoint: {pod.Endings[lost.Name!].Reason}", now)
            : Done(next, PodMoveConditions.Checkpointed, "The checkpoint is on the volume.", now) with { Containers = containers, CheckpointedTime = now };
    }

    /// <summary>The images of a PodCheckpoint that is complete.</summary>
    public static PodMove Saved(PodMove move, PodCheckpointDocument checkpoint, DateTimeOffset now)
    {
        IReadOnlyDictionary<string, string> images = SavedPod.Images(checkpoint);
        return Done(move, PodMoveConditions.Checkpointed, "The checkpoint is in the registry.", now) with
        {
            CheckpointedTime = now,
            Containers = [.. (move.Containers ?? []).Select(one => one with { Image = images.GetValueOrDefault(one.Name!) })],
        };
    }

    public static PodMove Replaced(PodMove move, MovingPod pod, DateTimeOffset now) => Done(move, PodMoveConditions.Replaced, $"The replacement is {pod.Name}.", now) with
    {
        Replacement = new PodReplacement { Name = pod.Name, Uid = pod.Uid },
        ReplacedTime = now,
    };

    /// <summary>The webhook expects another replacement from now on.</summary>
    public static PodMove Rejected(PodMove move, MovingPod pod, DateTimeOffset now) =>
        With(move, PodMoveConditions.Replaced, Condition.False, PodMigrationReasons.NotSeenByWebhook, $"{pod.Name} came while the webhook was away, and started afresh. It is deleted.", now) with
        {
            Replacement = null,
            ReplacedTime = null,
            Siblings = [.. move.Siblings ?? [], pod.Uid],
            Unseen = [.. move.Unseen ?? [], pod.Uid],
        };

    public static PodMove Completed(PodMove move, MoveFacts facts, DateTimeOffset now)
    {
        DateTimeOffset deleted = move.DeletedTime ?? move.AnnouncedTime ?? now, ready = facts.Replacement!.ReadyAt ?? now;
        PodMove next = move.Conditions.IsTrue(PodMoveConditions.Checkpointed) ? move
            : Done(move, PodMoveConditions.Checkpointed, "The replacement goes on from it.", now) with { CheckpointedTime = now };
        return Done(next, PodMoveConditions.Restored, "The replacement goes on from this checkpoint, and is ready.", now) with
        {
            Containers = [.. (move.Containers ?? []).Select(one => one with
            {
                Generation = facts.Crik?.FirstOrDefault(crik => crik.Container == one.Name)?.RestoredFrom ?? one.Generation,
            })],
            RestoredTime = ready,
            CompletionTime = now,
            DowntimeMilliseconds = Math.Max(0, (long)(ready - deleted).TotalMilliseconds),
            Manifest = null,
            Siblings = null,
            Reason = PodMigrationReasons.Completed,
            Message = $"It runs on {facts.Replacement.Node} as {facts.Replacement.Name}.",
        };
    }

    public static PodMove GivenUp(PodMove move, string reason, string message, DateTimeOffset now) =>
        move with { Reason = reason, Message = message, GivenUpTime = now };

    public static PodMove Closed(PodMove move, DateTimeOffset now) => move with { CompletionTime = now, Manifest = null, Siblings = null };

    private static PodMove Done(PodMove move, string type, string message, DateTimeOffset now) => With(move, type, Condition.True, PodMigrationReasons.Done, message, now);

    private static PodMove With(PodMove move, string type, string status, string reason, string message, DateTimeOffset now) => move with
    {
        Conditions = move.Conditions.With(new Condition { Type = type, Status = status, Reason = reason, Message = message }, now),
    };
}
