using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>
/// Decides the next step of a move by images that was given up, until nothing of it is left. A node agent that has begun cannot be
/// stopped: if it deletes the pod, the replacement goes on from the images all the same. It is pure.
/// </summary>
internal static class ImageMoveUndoing
{
    private static readonly MigrationStep.Wait s_wait = new(MigrationDecision.Soon);

    /// <param name="timeout">How long the controller may take to make the replacement when the images are there.</param>
    public static MigrationStep Next(MoveFacts facts, DateTimeOffset now, TimeSpan timeout)
    {
        PodMove move = facts.Move;
        if (move.AnnouncedTime is null)
        {
            return new MigrationStep.Close(move.Uid!);
        }

        if (ImageMove.IsOpen(facts))
        {
            return facts.Checkpoint!.IsAccepted ? s_wait : new MigrationStep.Withdraw(facts.Checkpoint);
        }

        return facts.Old is { IsEnding: false, HasEnded: false } ? new MigrationStep.Close(move.Uid!)
            : facts.Old is { IsEnding: true } ? s_wait
            : ImageMove.AreImagesNew(facts) ? new MigrationStep.NoteSaved(facts)
            : ImageMove.HasImages(facts) ? GoingOn(facts, now, timeout)
            : StartingAfresh(facts);
    }

    /// <summary>Takes the same steps as a move that was not given up, until the replacement has its images.</summary>
    private static MigrationStep GoingOn(MoveFacts facts, DateTimeOffset now, TimeSpan timeout)
    {
        bool isLate = now - facts.Move.CheckpointedTime > timeout;
        MigrationStep step = facts.Move.Replacement is null ? MoveDecision.Replacing(facts, now) : ImageMove.Restoring(facts, now);
        return step is MigrationStep.GiveUp or MigrationStep.Complete || (step is MigrationStep.Wait && (isLate || facts.Replacement is { IsGated: false }))
            ? StartingAfresh(facts) : step;
    }

    /// <summary>Nothing that is saved has to be waited for, so pods that are held back start from their own images.</summary>
    private static MigrationStep StartingAfresh(MoveFacts facts)
    {
        MovingPod? held = facts.Replacement is { IsGated: true, IsEnding: false } gated ? gated : facts.Marked.FirstOrDefault(static pod => pod.IsGated);
        return held is not null ? new MigrationStep.LiftGate(held, null)
            : facts.IsBare && facts.Namesake is { IsEnding: true } ? s_wait
            : facts is { IsBare: true, Old: null, Namesake: null, Move.Replacement: null } ? new MigrationStep.Recreate(facts, IsPinned: false)
            : new MigrationStep.Close(facts.Move.Uid!);
    }
}
