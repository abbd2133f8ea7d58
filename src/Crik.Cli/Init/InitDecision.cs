namespace Crik.Init;

/// <summary>How crik ends when it does not wait for the run any more.</summary>
internal enum EndWithoutRun
{
    NotYet,

    /// <summary>As its program did.</summary>
    Ended,

    /// <summary>With a committed checkpoint.</summary>
    Checkpointed,

    /// <summary>SIGTERM came before there was a program.</summary>
    Interrupted,
}

/// <summary>What the init knows when it decides what to do. Times are in milliseconds of <see cref="Environment.TickCount64"/>.</summary>
/// <param name="Grace">The clock of the grace period.</param>
/// <param name="TerminatedAt">When the first SIGTERM came.</param>
/// <param name="WasTerminated">The program has had its SIGTERM from crik.</param>
/// <param name="ReleaseAt">When a save has to let the program go.</param>
/// <param name="HasRun">There is a run beside the init, which may have failed since.</param>
/// <param name="HasFailed">The run has failed. It decides nothing any more, but it may still wait for the program's end and record it.</param>
/// <param name="IsAlone">There is no run any more that could record how the program ends, or never was one.</param>
internal readonly record struct InitSituation(
    long Now, GraceClock Grace, long? TerminatedAt, bool WasTerminated, bool HasProgram, long? ProgramEndedAt, SavePhase Phase, long ReleaseAt,
    bool HasRun, bool HasFailed, bool IsAlone);

/// <summary>Decides what the init does when the run does not do its part in time.</summary>
/// <param name="PatienceAfterEnd">How long the run may take after the program ended without a SIGTERM.</param>
internal sealed record InitDecision(TimeSpan PatienceAfterEnd)
{
    /// <summary>The run always has this long, in milliseconds, to end criu, tidy up and write down how the program ended.</summary>
    private const long LeastAfterEnd = 2000;

    /// <summary>Whether the init takes the program away from criu now.</summary>
    public static bool Releases(in InitSituation seen) =>
        seen.Now >= seen.ReleaseAt || ((GraceIsOver(seen) || seen.HasFailed) && seen.Phase is SavePhase.Saving or SavePhase.Committing);

    /// <summary>Whether the init sends the program its SIGTERM now. To be asked after a release, because the run may have committed before it.</summary>
    public static bool Terminates(in InitSituation seen) => GraceIsOver(seen) && seen.Phase != SavePhase.Committed;

    /// <summary>Whether crik ends now without the run, and how.</summary>
    public EndWithoutRun End(in InitSituation seen)
    {
        if (seen.ProgramEndedAt is { } endedAt)
        {
            return !seen.IsAlone && seen.Now < LatestExit(seen, endedAt) ? EndWithoutRun.NotYet
                : seen.Phase == SavePhase.Committed ? EndWithoutRun.Checkpointed
                : EndWithoutRun.Ended;
        }

        // A run that hangs before it has a program has nothing to lose: the volume keeps the checkpoints.
        return seen is { HasProgram: false, HasRun: true, IsAlone: false, TerminatedAt: { } asked } && seen.Now >= seen.Grace.ReleaseAt(asked) ? EndWithoutRun.Interrupted
            : seen is { Phase: SavePhase.Committed, TerminatedAt: { } at } && seen.Now >= seen.Grace.ExitAt(at) ? EndWithoutRun.Checkpointed
            : EndWithoutRun.NotYet;
    }

    /// <summary>When something is due; <see cref="long.MaxValue"/> when nothing is.</summary>
    public long NextAt(in InitSituation seen)
    {
        long next = seen.ReleaseAt;
        if (seen is { TerminatedAt: { } at, IsAlone: false })
        {
            next = Math.Min(next, seen.Phase == SavePhase.Committed ? seen.Grace.ExitAt(at) : seen.WasTerminated ? long.MaxValue : seen.Grace.ReleaseAt(at));
        }

        return Math.Min(next, seen.ProgramEndedAt is { } endedAt ? LatestExit(seen, endedAt) : long.MaxValue);
    }

    private static bool GraceIsOver(in InitSituation seen) =>
        seen is { TerminatedAt: { } at, WasTerminated: false, HasProgram: true } && (seen.HasFailed || seen.Now >= seen.Grace.ReleaseAt(at));

    private long LatestExit(in InitSituation seen, long endedAt) => seen.TerminatedAt is { } at
        ? Math.Max(seen.Grace.ExitAt(at), endedAt + LeastAfterEnd)
        : endedAt + (long)PatienceAfterEnd.TotalMilliseconds;
}
