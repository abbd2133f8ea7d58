using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Migrations.Deciding;

/// <summary>Decides the next step of a move that was given up, until nothing of it is left. It is pure.</summary>
internal static class MoveUndoing
{
    private static readonly MigrationStep.Wait s_wait = new(MigrationDecision.Soon);

    public static MigrationStep Next(MoveFacts facts, DateTimeOffset now, TimeSpan timeout)
    {
        PodMove move = facts.Move;
        if (facts.Old is { IsEnding: false, HasEnded: false })
        {
            // A crik that does not answer may be armed. If it stays silent, its next SIGTERM makes a checkpoint, which does no harm.
            return facts.Crik is { } criks && criks.Any(static crik => crik.IsArmed) ? new MigrationStep.Disarm(facts)
                : facts.Crik is null && move.OrderedTime is not null && now - (move.GivenUpTime ?? now) < timeout ? s_wait
                : new MigrationStep.Close(move.Uid!);
        }

        if (facts.Marked.FirstOrDefault(static pod => pod.IsGated) is { } held)
        {
            return new MigrationStep.LiftGate(held, null);
        }

        if (facts.Replacement is { IsGated: true, IsEnding: false } gated)
        {
            return new MigrationStep.LiftGate(gated, null);
        }

        if (facts.Replacement is { Node: null, IsPinned: true, IsEnding: false } stuck)
        {
            return new MigrationStep.DeleteUnscheduled(stuck);
        }

        if (facts.Marked.FirstOrDefault(static pod => pod is { Node: null, IsPinned: true, IsEnding: false }) is { } unclaimed)
        {
            return new MigrationStep.DeleteUnscheduled(unclaimed);
        }

        if (!facts.IsBare || move.AnnouncedTime is null || facts.Old is { IsEnding: false })
        {
            return new MigrationStep.Close(move.Uid!);
        }

        // The operator has deleted this pod, so it makes it again, whatever else has failed.
        return facts.Old is not null || facts.Namesake is { IsEnding: true } ? s_wait
            : facts.Namesake is null && facts.Replacement is null && MayBeMade(move) ? new MigrationStep.Recreate(facts, IsPinned: false)
            : new MigrationStep.Close(move.Uid!);
    }

    /// <summary>A replacement that ran and that somebody deleted is not made again.</summary>
    private static bool MayBeMade(PodMove move) => move.Reason is not PodMigrationReasons.ReplacementGone;
}
