using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>
/// What is to be done next for a PodMigration. Every step can be done again after it was interrupted anywhere, and leads to the
/// same end. A step with a UID is about the move of that pod.
/// </summary>
internal abstract record MigrationStep
{
    private MigrationStep()
    {
    }

    public sealed record Nothing : MigrationStep;

    /// <summary>Look again after a while.</summary>
    public sealed record Wait(TimeSpan Pause) : MigrationStep;

    /// <summary>Nothing of it can be done. The object says why, for good.</summary>
    public sealed record Fail(string Reason, string Message) : MigrationStep;

    /// <summary>Add the finalizer, so that whatever is begun can be undone.</summary>
    public sealed record Protect : MigrationStep;

    /// <summary>Write into the status which pods are moved.</summary>
    public sealed record Begin(IReadOnlyList<MovingPod> Pods) : MigrationStep;

    /// <summary>Write the result: nothing is left to do.</summary>
    public sealed record Finish : MigrationStep;

    /// <summary>Take the finalizer away.</summary>
    public sealed record Release : MigrationStep;

    /// <summary>Write the destination, what crik has by now, and the pod itself if the operator has to make it again.</summary>
    public sealed record Accept(MoveFacts Facts, string Destination) : MigrationStep;

    /// <summary>Write when the operator began to ask a crik that does not answer.</summary>
    public sealed record NoteStart(string Uid) : MigrationStep;

    /// <summary>Write that crik is about to be asked for the promise: whoever undoes the move has to take it back.</summary>
    public sealed record NoteOrder(string Uid) : MigrationStep;

    /// <summary>Let crik promise a checkpoint at SIGTERM.</summary>
    public sealed record Arm(MoveFacts Facts) : MigrationStep;

    public sealed record NoteArmed(string Uid) : MigrationStep;

    /// <summary>Let crik forget the promise.</summary>
    public sealed record Disarm(MoveFacts Facts) : MigrationStep;

    /// <summary>Write the intent to delete the pod, from which on the webhook expects its replacement.</summary>
    public sealed record Announce(MoveFacts Facts) : MigrationStep;

    /// <summary>Create the PodCheckpoint by which the node agent saves the pod, and deletes it when it is saved.</summary>
    public sealed record Save(MoveFacts Facts) : MigrationStep;

    /// <summary>Write which images the replacement is restored from.</summary>
    public sealed record NoteSaved(MoveFacts Facts) : MigrationStep;

    /// <summary>Delete a PodCheckpoint with which nobody has begun.</summary>
    public sealed record Withdraw(PodCheckpointDocument Checkpoint) : MigrationStep;

    /// <summary>Delete the pod as it was seen, with its own grace period.</summary>
    public sealed record Delete(MovingPod Pod) : MigrationStep;

    /// <summary>Write when the pod was deleted, and what its criks left.</summary>
    public sealed record NoteEnding(MoveFacts Facts) : MigrationStep;

    /// <summary>Make a pod without a controller again.</summary>
    public sealed record Recreate(MoveFacts Facts, bool IsPinned) : MigrationStep;

    /// <summary>Write which pod is the replacement.</summary>
    public sealed record Claim(string Uid, MovingPod Replacement) : MigrationStep;

    /// <summary>Let a pod be scheduled that was held back.</summary>
    /// <param name="Replaced">The move whose replacement it is, so that it may only run on the destination. Null: it is none, and may run anywhere.</param>
    public sealed record LiftGate(MovingPod Pod, PodMove? Replaced) : MigrationStep;

    /// <summary>Delete a replacement that never ran, because it may only run where it cannot. Its controller makes another one.</summary>
    public sealed record DeleteUnscheduled(MovingPod Pod) : MigrationStep;

    /// <summary>Write that the replacement came without crik, because the webhook was away, so that it is none. It is deleted then.</summary>
    public sealed record Reject(string Uid, MovingPod Replacement) : MigrationStep;

    /// <summary>Delete a pod that came without crik. Its controller makes another one.</summary>
    public sealed record DeleteUnseen(MovingPod Pod) : MigrationStep;

    /// <summary>Write that the replacement was restored and is ready, and the times.</summary>
    public sealed record Complete(MoveFacts Facts) : MigrationStep;

    /// <summary>Write why the move fails. What was begun is undone from then on.</summary>
    public sealed record GiveUp(string Uid, string Reason, string Message) : MigrationStep;

    /// <summary>Write that nothing is left to do for a move that was given up.</summary>
    public sealed record Close(string Uid) : MigrationStep;
}
