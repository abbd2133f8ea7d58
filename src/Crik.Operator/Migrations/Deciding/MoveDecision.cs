using Crik.Contracts.Conditions;
using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>Decides the next step of the move of one pod. It is pure.</summary>
internal static class MoveDecision
{
    /// <summary>How long a crik that does not answer may be starting, or its node be slow, before the pod is refused.</summary>
    public static readonly TimeSpan Answering = TimeSpan.FromSeconds(30);

    /// <summary>How often the webhook may miss the replacement: while one of two operators is down, it misses every other pod.</summary>
    private const int MostUnseen = 10;

    private static readonly MigrationStep.Wait s_wait = new(MigrationDecision.Soon);

    /// <summary>The program stands still meanwhile, and nobody but the operator makes the pod again.</summary>
    private static readonly MigrationStep.Wait s_waitBriefly = new(TimeSpan.FromMilliseconds(200));

    public static MigrationStep Next(MoveFacts facts, MigrationRequest request, MigrationFacts around)
    {
        PodMove move = facts.Move;
        if (facts.IsUnknown)
        {
            return s_wait;
        }

        if (move.Reason is not null)
        {
            return facts.IsByImage ? ImageMoveUndoing.Next(facts, around.Now, request.Timeout) : MoveUndoing.Next(facts, around.Now, request.Timeout);
        }

        bool isUndeleted = facts.Old is { IsEnding: false } || move.AnnouncedTime is null;
        if (around.IsCanceled)
        {
            return GiveUp(move, PodMigrationReasons.Canceled, isUndeleted
                ? "The PodMigration was deleted before the pod was." : facts.IsByImage ? "The PodMigration was deleted after the pod was, so the replacement still goes on from the images."
                : "The PodMigration was deleted after the pod was, so the replacement may run anywhere.");
        }

        if (around.Now - (facts.IsByImage ? ImageMove.ClockStart(facts) : move.StartTime) > request.Timeout)
        {
            return GiveUp(move, PodMigrationReasons.Timeout, Late(facts, request.Timeout));
        }

        return !move.Conditions.IsTrue(PodMoveConditions.Accepted) ? MoveChecking.Next(facts, around.Now)
            : facts.IsByImage ? ImageMove.Next(facts, around.Now)
            : isUndeleted ? Deleting(facts)
            : facts.Old is { } ending && HasNews(move, ending) ? new MigrationStep.NoteEnding(facts)
            : move.Replacement is null ? Replacing(facts, around.Now)
            : Restoring(facts, around.Now);
    }

    /// <summary>
    /// The pod is deleted only if each crik says now that it is armed: one that has started again since has forgotten it. The intent
    /// is written before, so a pod that is gone afterwards was deleted by this migration or while it wanted to.
    /// </summary>
    private static MigrationStep Deleting(MoveFacts facts)
    {
        PodMove move = facts.Move;
        return facts.Old is not { IsEnding: false } pod
                ? GiveUp(move, PodMigrationReasons.PodNotFound, $"Somebody else has deleted the pod {move.Name} before it was moved.")
            : pod.HasEnded ? GiveUp(move, PodMigrationReasons.PodNotRunning, $"The pod {pod.Name} has ended before it was deleted: its phase is {pod.Phase}.")
            : facts.Crik is null ? s_wait
            : !facts.IsArmed && move.OrderedTime is null ? new MigrationStep.NoteOrder(move.Uid!)
            : !facts.IsArmed ? new MigrationStep.Arm(facts)
            : !move.Conditions.IsTrue(PodMoveConditions.Armed) ? new MigrationStep.NoteArmed(move.Uid!)
            : move.AnnouncedTime is null ? new MigrationStep.Announce(facts)
            : new MigrationStep.Delete(pod);
    }

    /// <summary>Looks for the replacement, or lets it be made.</summary>
    public static MigrationStep Replacing(MoveFacts facts, DateTimeOffset now)
    {
        PodMove move = facts.Move;
        bool isGone = facts.Old is null;
        if (facts.Unseen is { } unseen)
        {
            return new MigrationStep.DeleteUnseen(unseen);
        }

        if (facts.IsBare)
        {
            return !isGone ? s_waitBriefly
                : facts.Namesake is null ? new MigrationStep.Recreate(facts, IsPinned: true)
                : facts.Marked.FirstOrDefault(pod => pod.Uid == facts.Namesake.Uid) is { } made ? new MigrationStep.Claim(move.Uid!, made)
                : GiveUp(move, PodMigrationReasons.NameTaken,
                    $"Somebody else has made a pod {move.Name} before the operator could. {(facts.IsByImage ? $"The PodCheckpoint {move.Checkpoint} has the state."
                        : "Its program goes on from the checkpoint if it uses the same volume.")}");
        }

        // A pod that is held back is only taken when the checkpoint is certain to be there: when the old pod is gone.
        return facts.Marked.FirstOrDefault(pod => !pod.IsGated || isGone) is { } marked ? new MigrationStep.Claim(move.Uid!, marked)
            : isGone && facts.Unmarked.Count > 0 ? new MigrationStep.Claim(move.Uid!, facts.Unmarked[0])
            : isGone && facts.OtherRevision is { } next && (move.HasIdentity || now - move.AnnouncedTime > Answering) ? GiveUp(
                move, PodMigrationReasons.NewRevision, $"The controller has made the pod {next.Name} from another template, so it is not bound to "
                + $"{move.Destination}. {(facts.IsByImage ? $"The PodCheckpoint {move.Checkpoint} has the state." : "The checkpoint is still on the volume.")}")
            : s_wait;
    }

    private static MigrationStep Restoring(MoveFacts facts, DateTimeOffset now)
    {
        PodMove move = facts.Move;
        if (facts.Replacement is not { IsEnding: false } pod)
        {
            return GiveUp(move, PodMigrationReasons.ReplacementGone, $"The replacement {move.Replacement!.Name} was deleted before it was ready.");
        }

        if ((move.Containers ?? []).FirstOrDefault(one => !pod.CrikContainers.Contains(one.Name!)) is { } bare)
        {
            return Again(facts, pod, now, GiveUp(move, PodMigrationReasons.NotRestored,
                $"The container {bare.Name} of {pod.Name} does not run under crik: the webhook did not see the pod. Delete it, and the next one goes on "
                + "from the checkpoint."));
        }

        if (facts.Old is not null)
        {
            return s_wait;
        }

        if (pod.IsGated)
        {
            return new MigrationStep.LiftGate(pod, move);
        }

        if (facts.Marked.FirstOrDefault(static other => other.IsGated) is { } held)
        {
            return new MigrationStep.LiftGate(held, null);
        }

        if (pod.Node is { } node && node != move.Destination)
        {
            return GiveUp(move, PodMigrationReasons.WrongNode,
                $"The replacement {pod.Name} runs on the node {node}, because the webhook did not see it. Its state is the checkpoint's.");
        }

        return pod.ReadyAt is null || facts.Crik is not { Count: > 0 } criks || criks.Any(static crik => !crik.HasProgram) ? s_wait
            : criks.Select(crik => ElsewhereOf(move, crik)).FirstOrDefault(static text => text is not null) is { } elsewhere
                ? GiveUp(move, PodMigrationReasons.NotRestored, $"{pod.Name}: {elsewhere}")
            : criks.FirstOrDefault(crik => !IsRestored(move, crik)) is { } fresh ? GiveUp(move, NotRestored(move),
                $"The container {fresh.Container} of {pod.Name} {(fresh.RestoredFrom is { } older ? $"went on from checkpoint {older}, not from the one of the move" : "started afresh")}.")
            : new MigrationStep.Complete(facts);
    }

    /// <summary>
    /// Rejects a pod that the webhook has missed, so that its controller makes another one, which goes on from the checkpoint. That is
    /// done later each time, because the webhook may be away for a while. A Job counts each deletion as a failure. A pod that may have
    /// been made for another reason is never deleted.
    /// </summary>
    /// <param name="otherwise">What is done if the pod has to stay.</param>
    public static MigrationStep Again(MoveFacts facts, MovingPod pod, DateTimeOffset now, MigrationStep.GiveUp otherwise)
    {
        PodMove move = facts.Move;
        int before = move.Unseen?.Count ?? 0;
        bool isIts = move.HasIdentity || move.DeletedTime is not null, isMadeAgain = pod.Owner is { Kind: "ReplicaSet" or "StatefulSet" } || facts.MayJobLoseReplacement;
        TimeSpan pause = before == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Min(Math.Pow(2, before), 60));
        return !isIts || !isMadeAgain || before >= MostUnseen ? otherwise
            : now - move.ReplacedTime < pause ? s_wait
            : new MigrationStep.Reject(move.Uid!, pod);
    }

    private static string NotRestored(PodMove move) => move.Conditions.Find(PodMoveConditions.Checkpointed)?.Status is Condition.False
        ? PodMigrationReasons.NotCheckpointed : PodMigrationReasons.NotRestored;

    /// <returns>Where a container keeps its checkpoints, if that is not where the one of the move is. It has another state then.</returns>
    private static string? ElsewhereOf(PodMove move, CrikState crik) =>
        move.Containers?.FirstOrDefault(one => one.Name == crik.Container) is not { } before ? null
        : before.ImageDirectory is { } directory && directory != crik.ImageDirectory
            ? $"the container {crik.Container} keeps its checkpoints in {crik.ImageDirectory}, and the one of the move is in {directory}."
        : before.Claim is { } claim && crik.Claim is { } other && claim != other
            ? $"the container {crik.Container} keeps its checkpoints on the claim {other}, and the one of the move is on {claim}."
        : null;

    /// <summary>Whether a container went on from the checkpoint of the move.</summary>
    private static bool IsRestored(PodMove move, CrikState crik) =>
        move.Containers?.FirstOrDefault(one => one.Name == crik.Container) is not { } container || (container.Generation is { } exact ? crik.RestoredFrom == exact : crik.RestoredFrom > (container.Before ?? 0));

    /// <summary>Whether the pod that ends tells something that the status does not have yet.</summary>
    private static bool HasNews(PodMove move, MovingPod ending) =>
        move.DeletedTime is null
        || (move.Conditions.Find(PodMoveConditions.Checkpointed) is null && (move.Containers ?? []).All(one => ending.Endings.ContainsKey(one.Name!)));

    private static string Late(MoveFacts facts, TimeSpan timeout) =>
        $"It took longer than {timeout.TotalSeconds:0} s. " + (facts.Old is { } old ? old.IsEnding ? "The pod has not ended yet." : "The pod was not deleted."
            : facts.Move.Replacement is null ? "No replacement has appeared."
            : $"The replacement is not ready{(facts.Replacement?.Trouble is { } trouble ? $": {trouble}" : "")}.");

    private static MigrationStep.GiveUp GiveUp(PodMove move, string reason, string message) => new(move.Uid!, reason, message);
}
