using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>Decides the next step of a PodMigration. It is a pure function of what is in the object and in the cluster.</summary>
internal static class MigrationDecision
{
    /// <summary>How often to look at something that changes without an event.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <param name="uid">The pod whose move the step belongs to. Null: it is about the whole object.</param>
    public static MigrationStep Next(MigrationFacts facts, out string? uid)
    {
        uid = null;
        PodMigrationStatus status = facts.Status;
        if (status.CompletionTime is not null)
        {
            return facts.IsProtected ? new MigrationStep.Release() : new MigrationStep.Nothing();
        }

        if (MigrationRequest.Read(facts.Object.Spec, out string problem) is not { } request)
        {
            return new MigrationStep.Fail(PodMigrationReasons.BadSpec, problem);
        }

        if (status.StartTime is null)
        {
            return facts.IsCanceled ? (facts.IsProtected ? new MigrationStep.Release() : new MigrationStep.Nothing()) : Beginning(facts, request);
        }

        return facts.Moves.Count == 0 ? new MigrationStep.Finish() : Working(facts, request, out uid);
    }

    private static MigrationStep Beginning(MigrationFacts facts, MigrationRequest request)
    {
        int count = facts.Selected.Count;
        return count == 0 ? new MigrationStep.Fail(PodMigrationReasons.NothingSelected, $"There is no pod to move for {request.Describe()}. Nothing was done.")
            : request.Spec.Selector is not null && count > request.Spec.Limit ? new MigrationStep.Fail(PodMigrationReasons.TooManySelected,
                $"The selector matches {count} pods, and spec.limit allows {request.Spec.Limit}. Nothing was done.")
            : !facts.IsProtected ? new MigrationStep.Protect()
            : new MigrationStep.Begin(facts.Selected);
    }

    /// <summary>The moves that have begun go on first. Others begin while fewer than <see cref="MigrationRequest.Parallel"/> go on.</summary>
    private static MigrationStep Working(MigrationFacts facts, MigrationRequest request, out string? uid)
    {
        MoveFacts[] open = [.. facts.Moves.Where(static one => one.Move.StartTime is not null)];
        MoveFacts[] waiting = [.. facts.Moves.Where(static one => one.Move.StartTime is null)];
        bool isLate = facts.Now - facts.Status.StartTime > request.Deadline;
        if ((facts.IsCanceled || isLate) && waiting.Length > 0)
        {
            uid = waiting[0].Move.Uid;
            return waiting[0].Move.Reason is not null ? new MigrationStep.Close(waiting[0].Move.Uid!)
                : facts.IsCanceled ? new MigrationStep.GiveUp(waiting[0].Move.Uid!, PodMigrationReasons.Canceled, "The PodMigration was deleted before.")
                : new MigrationStep.GiveUp(waiting[0].Move.Uid!, PodMigrationReasons.DeadlineExceeded, "The deadline was over before this pod was begun with.");
        }

        TimeSpan pause = TimeSpan.FromSeconds(30);
        foreach (MoveFacts one in open.Concat(waiting.Take(Math.Max(0, request.Parallel - open.Length))))
        {
            MigrationStep step = MoveDecision.Next(one, request, facts);
            if (step is not MigrationStep.Wait wait)
            {
                uid = one.Move.Uid;
                return step;
            }

            pause = wait.Pause < pause ? wait.Pause : pause;
        }

        uid = null;
        return new MigrationStep.Wait(pause);
    }
}
