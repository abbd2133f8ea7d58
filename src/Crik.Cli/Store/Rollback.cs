namespace Crik.Store;

/// <summary>
/// Changes the run record so that the next start restores an older checkpoint. It removes no checkpoint but marks the newer ones as skipped.
/// The marks stay: if the next run vanishes before its first checkpoint, the start after it restores the chosen checkpoint too. Choosing a
/// skipped checkpoint removes its mark.
/// </summary>
internal static class Rollback
{
    /// <param name="last">The record of the last run, if there is one.</param>
    /// <param name="committed">The numbers of all committed checkpoints, including the chosen one.</param>
    public static RunRecord To(int generation, RunRecord? last, IReadOnlyList<int> committed, DateTimeOffset now)
    {
        RunRecord record = last ?? new RunRecord { RunId = Guid.NewGuid().ToString("n"), StartedAt = now, HostName = Environment.MachineName };
        int[] skipped = [.. committed.Where(other => other > generation || (other < generation && last?.Skipped?.Contains(other) == true)).Order()];
        return record with
        {
            State = null, // somebody chose it, so it gets all its tries
            EarlyEnds = 0,
            HistoryUpTo = Math.Min(record.HistoryUpTo, generation - 1),
            Skipped = skipped.Length > 0 ? skipped : null,
            End = new RunEnd(RunEndKind.RolledBack, now, 0, 0),
        };
    }
}
