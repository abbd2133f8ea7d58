using Crik.Contracts.Conditions;
using Crik.Contracts.PodMigrations;
using Crik.Pods.Restoring;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>
/// Decides the next step of a move by images that was given up, until nothing of it is left. A node agent that has begun cannot be
/// stopped: if it deletes the pod, the replacement goes on from the images all the same. It is pure.
/// </summary>
internal static class ImageMoveUndoing
{
    private static readonly MigrationStep.Wait s_wait = new(MigrationDecision.Soon);

    public static MigrationStep Next(MoveFacts facts)
    {
        PodMove move = facts.Move;
        if (move.AnnouncedTime is null)
        {
            return new MigrationStep.Close(move.Uid!);
        }

        bool isMine = facts.Checkpoint?.Spec?.PodUid == move.Uid, isComplete = facts.Checkpoint is { } known && isMine && SavedPod.IsComplete(known);
        bool isOpen = isMine && !isComplete && ImageMove.Failure(facts.Checkpoint!) is null && facts.Checkpoint!.Metadata?.DeletionTimestamp is null;
        if (facts.Old is { IsEnding: false })
        {
            return !isOpen ? new MigrationStep.Close(move.Uid!)
                : !facts.Checkpoint!.IsAccepted ? new MigrationStep.Withdraw(facts.Checkpoint)
                : s_wait;
        }

        // What was saved is all that is left of the program, so nobody starts afresh while it may still become an image.
        return isOpen || facts.Old is not null ? s_wait
            : isComplete && !move.Conditions.IsTrue(PodMoveConditions.Checkpointed) ? new MigrationStep.NoteSaved(facts)
            : Replacing(facts, move.Conditions.IsTrue(PodMoveConditions.Checkpointed));
    }

    /// <param name="isSaved">Whether the status names the images. Otherwise there is no checkpoint, and the program starts afresh.</param>
    private static MigrationStep Replacing(MoveFacts facts, bool isSaved)
    {
        PodMove move = facts.Move;
        MovingPod? held = facts.Replacement is { IsGated: true, IsEnding: false } gated ? gated : facts.Marked.FirstOrDefault(static pod => pod.IsGated);
        bool isFirst = move.Replacement is null || held?.Uid == move.Replacement.Uid;
        return held is not null ? new MigrationStep.LiftGate(held, isSaved && isFirst ? move : null)
            : facts.IsBare && facts.Namesake is { IsEnding: true } ? s_wait
            : facts is { IsBare: true, Namesake: null, Replacement: null } && move.Reason is not PodMigrationReasons.ReplacementGone
                ? new MigrationStep.Recreate(facts, isSaved)
            : new MigrationStep.Close(move.Uid!);
    }
}
