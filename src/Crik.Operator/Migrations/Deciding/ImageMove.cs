using System.Security.Cryptography;
using System.Text;
using Crik.Contracts.Conditions;
using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;
using Crik.Pods.Restoring;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>
/// Decides the next step of the move of a pod that the kubelet saves: the node agent makes a PodCheckpoint of it and deletes it, and
/// the replacement is held back until the images are in the registry. It is pure.
/// </summary>
internal static class ImageMove
{
    /// <summary>How long an agent may take to begin with a PodCheckpoint.</summary>
    private static readonly TimeSpan s_beginning = TimeSpan.FromSeconds(60);

    private static readonly MigrationStep.Wait s_wait = new(MigrationDecision.Soon);

    /// <summary>
    /// The PodCheckpoint of a move. The name is the same each time, so that an operator which was killed creates no second one.
    /// </summary>
    /// <param name="migration">The UID of the PodMigration. Another one of the same pod makes another PodCheckpoint.</param>
    public static string CheckpointName(PodMove move, string migration)
    {
        const int Longest = 230; // a name has at most 253 characters
        string pod = move.Name!.Length > Longest ? move.Name[..Longest] : move.Name;
        return $"{pod}-move-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{migration}/{move.Uid}")))[..10]}";
    }

    /// <summary>Why the kubelet cannot move this pod. Null: nothing is known that is in the way.</summary>
    public static MigrationStep? Obstacle(MoveFacts facts, MovingPod pod) =>
        pod.CrikContainers.Count > 0 ? GiveUp(facts, PodMigrationReasons.EngineNotAvailable,
            $"The pod {pod.Name} runs under crik ({string.Join(", ", pod.CrikContainers)}), which the kubelet cannot move. Set engine: crik.")
        : pod.Owner is { Kind: "Job" } ? GiveUp(facts, PodMigrationReasons.EngineNotAvailable,
            $"The pod {pod.Name} belongs to a Job, which would take the end of its program for the result. Inject crik, and set engine: crik.")
        : null;

    /// <summary>
    /// Since when the move takes time. Null: it may take as long as it wants. Once the pod is saved and deleted, its images are all that
    /// is left of the program, and the agent tries for ever to push them.
    /// </summary>
    public static DateTimeOffset? ClockStart(MoveFacts facts) =>
        facts.Move.CheckpointedTime ?? (IsSavedAndGone(facts) ? null : facts.Move.StartTime);

    public static MigrationStep Next(MoveFacts facts, DateTimeOffset now)
    {
        PodMove move = facts.Move;
        return facts.Old is { IsEnding: false } || move.AnnouncedTime is null ? Saving(facts, now)
            : facts.Old is not null && move.DeletedTime is null ? new MigrationStep.NoteEnding(facts)
            : !move.Conditions.IsTrue(PodMoveConditions.Checkpointed) ? Pushing(facts, now)
            : !HasImages(facts) && facts.Replacement is null or { IsGated: true } ? GiveUp(facts, PodMigrationReasons.NotCheckpointed,
                $"Somebody has deleted the PodCheckpoint {move.Checkpoint}, and its images with it.")
            : move.Replacement is null ? MoveDecision.Replacing(facts, now)
            : Restoring(facts, now);
    }

    /// <summary>Whether an agent may still save the pod, or push its images.</summary>
    public static bool IsOpen(MoveFacts facts) => facts.Checkpoint is { Metadata.DeletionTimestamp: null } checkpoint && IsMine(facts, checkpoint)
        && !SavedPod.IsComplete(checkpoint) && Failure(checkpoint) is null;

    /// <summary>Whether the images are there and the status does not name them yet.</summary>
    public static bool AreImagesNew(MoveFacts facts) => facts.Checkpoint is { Metadata.DeletionTimestamp: null } checkpoint && IsMine(facts, checkpoint)
        && SavedPod.IsComplete(checkpoint) && !facts.Move.Conditions.IsTrue(PodMoveConditions.Checkpointed);

    /// <summary>Whether the status names the images, and nobody has deleted them since.</summary>
    public static bool HasImages(MoveFacts facts) =>
        facts.Move.Conditions.IsTrue(PodMoveConditions.Checkpointed) && facts.Checkpoint is { Metadata.DeletionTimestamp: null };

    /// <summary>Whether the node agent has given the checkpoint up.</summary>
    public static string? Failure(PodCheckpointDocument checkpoint) =>
        checkpoint.Status is { CompletionTime: not null } && !SavedPod.IsComplete(checkpoint)
            ? checkpoint.Status.Conditions.Find(PodCheckpointConditions.Stalled)?.Message ?? "It has failed." : null;

    /// <summary>The intent is written before the PodCheckpoint is created, because the agent deletes the pod as soon as it is saved.</summary>
    private static MigrationStep Saving(MoveFacts facts, DateTimeOffset now)
    {
        PodMove move = facts.Move;
        return facts.Old is not { IsEnding: false }
                ? GiveUp(facts, PodMigrationReasons.PodNotFound, $"Somebody else has deleted the pod {move.Name} before it was moved.")
            : move.AnnouncedTime is null ? new MigrationStep.Announce(facts)
            : facts.Old.HasEnded ? GiveUp(facts, PodMigrationReasons.PodNotRunning, $"The pod {move.Name} has ended before it was saved: its phase is {facts.Old.Phase}.")
            : facts.Checkpoint is not { } checkpoint ? new MigrationStep.Save(facts)
            : !IsMine(facts, checkpoint) ? GiveUp(facts, PodMigrationReasons.NameTaken,
                $"There is another PodCheckpoint {move.Checkpoint}, which is not of this pod. Delete it, and create another PodMigration.")
            : Failure(checkpoint) is { } failure ? GiveUp(facts, PodMigrationReasons.NotCheckpointed, $"The kubelet did not save the pod, which runs on: {failure}")
            : Unbegun(facts, checkpoint, now) is { } unbegun ? unbegun : s_wait;
    }

    private static MigrationStep.GiveUp? Unbegun(MoveFacts facts, PodCheckpointDocument checkpoint, DateTimeOffset now) =>
        checkpoint.IsAccepted || now - (checkpoint.Metadata?.CreationTimestamp ?? facts.Move.AnnouncedTime) < s_beginning ? null
            : GiveUp(facts, PodMigrationReasons.EngineNotAvailable,
                $"No node agent has begun with the PodCheckpoint {facts.Move.Checkpoint}. Install it on the node {facts.Move.Source} with nodeAgent.enabled=true.");

    private static bool IsMine(MoveFacts facts, PodCheckpointDocument checkpoint) =>
        checkpoint.Spec?.PodUid == facts.Move.Uid && checkpoint.Metadata?.Labels?.GetValueOrDefault(PodMigrationNames.CheckpointLabel) == facts.Migration;

    private static MigrationStep Pushing(MoveFacts facts, DateTimeOffset now) =>
        facts.Checkpoint is not { } checkpoint || !IsMine(facts, checkpoint) ? GiveUp(facts, PodMigrationReasons.NotCheckpointed,
            $"The PodCheckpoint {facts.Move.Checkpoint} is gone. Somebody else has deleted it, or the pod.")
        : SavedPod.IsComplete(checkpoint) ? new MigrationStep.NoteSaved(facts)
        : Failure(checkpoint) is { } failure ? GiveUp(facts, PodMigrationReasons.NotCheckpointed, $"The PodCheckpoint {facts.Move.Checkpoint} has failed: {failure}")
        : Unbegun(facts, checkpoint, now) is { } unbegun ? unbegun : s_wait;

    /// <summary>Lets the replacement go on from the images, and waits for it.</summary>
    public static MigrationStep Restoring(MoveFacts facts, DateTimeOffset now)
    {
        PodMove move = facts.Move;
        return facts.Replacement is not { IsEnding: false } pod ? GiveUp(facts, PodMigrationReasons.ReplacementGone,
                $"The replacement {move.Replacement!.Name} was deleted before it was ready. The PodCheckpoint {move.Checkpoint} has the state.")
            : facts.Old is not null ? s_wait
            : pod.IsGated ? new MigrationStep.LiftGate(pod, move)
            : facts.Marked.FirstOrDefault(static other => other.IsGated) is { } held ? new MigrationStep.LiftGate(held, null)
            : pod.RestoredFrom != move.Checkpoint ? MoveDecision.Again(facts, pod, now, GiveUp(facts, PodMigrationReasons.NotRestored,
                $"The pod {pod.Name} starts afresh, because the webhook did not see it. The PodCheckpoint {move.Checkpoint} has the state: "
                + "kubectl crik restore makes a pod of it."))
            : pod.Node is { } node && node != move.Destination ? GiveUp(facts, PodMigrationReasons.WrongNode,
                $"The replacement {pod.Name} runs on the node {node}. Its state is the checkpoint's.")
            : pod.ReadyAt is null ? s_wait
            : new MigrationStep.Complete(facts);
    }

    private static bool IsSavedAndGone(MoveFacts facts) =>
        facts.Old is null or { IsEnding: true } && facts.Checkpoint?.Status?.Conditions.IsTrue(PodCheckpointConditions.Saved) is true;

    private static MigrationStep.GiveUp GiveUp(MoveFacts facts, string reason, string message) => new(facts.Move.Uid!, reason, message);
}
