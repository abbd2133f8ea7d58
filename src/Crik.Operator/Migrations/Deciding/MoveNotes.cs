namespace Crik.Operator.Migrations.Deciding;

/// <summary>Says what the steps write that only write what has happened, or what is intended, into the status of a pod. It is pure.</summary>
internal static class MoveNotes
{
    /// <returns>Null: the step does something else.</returns>
    public static MoveNote? Of(MigrationStep step, DateTimeOffset now) => step switch
    {
        MigrationStep.Accept accept => new(accept.Facts.Move.Uid!, move => MoveStatus.Accepted(move, accept.Facts, accept.Destination, now)),
        MigrationStep.NoteStart start => new(start.Uid, move => move with { StartTime = now }),
        MigrationStep.NoteOrder order => new(order.Uid, move => move with { OrderedTime = now }),
        MigrationStep.NoteArmed armed => new(armed.Uid, move => MoveStatus.Armed(move, now)),
        MigrationStep.Announce announce => new(announce.Facts.Move.Uid!, move => MoveStatus.Announced(move, announce.Facts, now)),
        MigrationStep.NoteEnding ending => new(ending.Facts.Move.Uid!, move => MoveStatus.Ending(move, ending.Facts.Old!, now)),
        MigrationStep.NoteSaved saved => new(saved.Facts.Move.Uid!, move => MoveStatus.Saved(move, saved.Facts.Checkpoint!, now)),
        MigrationStep.Claim claim => new(claim.Uid, move => MoveStatus.Replaced(move, claim.Replacement, now)),
        MigrationStep.Reject reject => new(reject.Uid, move => MoveStatus.Rejected(move, reject.Replacement, now)),
        MigrationStep.Complete complete => new(complete.Facts.Move.Uid!, move => MoveStatus.Completed(move, complete.Facts, now)),
        MigrationStep.GiveUp give => new(give.Uid, move => MoveStatus.GivenUp(move, give.Reason, give.Message, now)),
        MigrationStep.Close close => new(close.Uid, move => MoveStatus.Closed(move, now)),
        _ => null,
    };
}
