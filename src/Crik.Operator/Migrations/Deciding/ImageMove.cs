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
    public static string CheckpointName(PodMove move)
    {
        const int Longest = 230; // a name has at most 253 characters
        string pod = move.Name!.Length > Longest ? move.Name[..Longest] : move.Name;
        return $"{pod}-move-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(move.Uid!)))[..10]}";
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
            : !move.Conditions.IsTrue(PodMoveConditions.Checkpointed) ? Pushing(facts)
            : move.Replacement is null ? MoveDecision.Replacing(facts, now)
            : Restoring(facts);
    }

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
            : facts.Checkpoint is not { } checkpoint ? new MigrationStep.Save(facts)
            : checkpoint.Spec?.PodUid != move.Uid ? GiveUp(facts, PodMigrationReasons.NameTaken,
                $"There is another PodCheckpoint {move.Checkpoint}, which is not of this pod. Delete it, and create another PodMigration.")
            : Failure(checkpoint) is { } failure ? GiveUp(facts, PodMigrationReasons.NotCheckpointed, $"The kubelet did not save the pod, which runs on: {failure}")
            : !checkpoint.IsAccepted && now - move.AnnouncedTime > s_beginning ? GiveUp(facts, PodMigrationReasons.EngineNotAvailable,
                $"No node agent has begun with the PodCheckpoint {move.Checkpoint}. Install it on the node {move.Source} with nodeAgent.enabled=true.")
            : s_wait;
    }

    private static MigrationStep Pushing(MoveFacts facts) =>
        facts.Checkpoint is not { } checkpoint ? GiveUp(facts, PodMigrationReasons.NotCheckpointed,
            $"The PodCheckpoint {facts.Move.Checkpoint} is gone. Somebody else has deleted it, or the pod.")
        : SavedPod.IsComplete(checkpoint) ? new MigrationStep.NoteSaved(facts)
        : Failure(checkpoint) is { } failure ? GiveUp(facts, PodMigrationReasons.NotCheckpointed, $"The PodCheckpoint {facts.Move.Checkpoint} has failed: {failure}")
        : s_wait;

    private static MigrationStep Restoring(MoveFacts facts)
    {
        PodMove move = facts.Move;
        return facts.Replacement is not { IsEnding: false } pod ? GiveUp(facts, PodMigrationReasons.ReplacementGone,
                $"The replacement {move.Replacement!.Name} was deleted before it was ready. The PodCheckpoint {move.Checkpoint} has the state.")
            : facts.Old is not null ? s_wait
            : pod.IsGated ? new MigrationStep.LiftGate(pod, move)
            : facts.Marked.FirstOrDefault(static other => other.IsGated) is { } held ? new MigrationStep.LiftGate(held, null)
            : pod.RestoredFrom != move.Checkpoint && MoveDecision.CanBeMadeAgain(facts, pod) ? new MigrationStep.Reject(move.Uid!, pod)
            : pod.RestoredFrom != move.Checkpoint ? GiveUp(facts, PodMigrationReasons.NotRestored,
                $"The pod {pod.Name} starts afresh, because the webhook did not see it. The PodCheckpoint {move.Checkpoint} has the state: "
                + "kubectl crik restore makes a pod of it.")
            : pod.Node is { } node && node != move.Destination ? GiveUp(facts, PodMigrationReasons.WrongNode,
                $"The replacement {pod.Name} runs on the node {node}. Its state is the checkpoint's.")
            : pod.ReadyAt is null ? s_wait
            : new MigrationStep.Complete(facts);
    }

    private static bool IsSavedAndGone(MoveFacts facts) =>
        facts.Old is null or { IsEnding: true } && facts.Checkpoint?.Status?.Conditions.IsTrue(PodCheckpointConditions.Saved) is true;

    private static MigrationStep.GiveUp GiveUp(MoveFacts facts, string reason, string message) => new(facts.Move.Uid!, reason, message);
}
