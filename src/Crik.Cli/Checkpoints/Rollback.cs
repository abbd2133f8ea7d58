namespace Crik.Checkpoints;

/// <summary>
/// Going on from an older checkpoint. Nothing is removed: the newer ones are marked as skipped in the run record, which is
/// replaced as a whole. The mark stays, so that a run which vanishes before its first checkpoint goes back to the chosen
/// one too. Choosing a skipped one takes its mark away.
/// </summary>
internal static class Rollback
{
    /// <param name="last">The record of the last run, if there is one.</param>
    /// <param name="committed">All committed generations, the chosen one among them.</param>
    public static RunRecord To(int generation, RunRecord? last, IReadOnlyList<int> committed, DateTimeOffset now)
    {
        RunRecord record = last ?? new RunRecord { RunId = Guid.NewGuid().ToString("n"), StartedAt = now, HostName = Environment.MachineName };
        int[] skipped = [.. committed.Where(other => other > generation || (other < generation && last?.Skipped?.Contains(other) == true)).Order()];
        return record with
        {
            HistoryUpTo = Math.Min(record.HistoryUpTo, generation - 1),
            Skipped = skipped.Length > 0 ? skipped : null,
            End = new RunEnd(RunEndKind.RolledBack, now, 0, 0),
        };
    }
}
