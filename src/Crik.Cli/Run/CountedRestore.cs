using Crik.Init;
using Crik.Restore;
using Crik.Store;

namespace Crik.Run;

/// <summary>
/// Counts what became of a restore. When no run begins after it, the count goes into the record of the last run, because the next start has
/// to show it.
/// </summary>
/// <param name="last">The record as the last run left it; <see langword="null"/> when there is none.</param>
internal sealed class CountedRestore(Pod pod, RunRecord? last, RunTotals totals)
{
    /// <summary>Counting is worth no more of the time that is left after SIGTERM, or before the kubelet starts crik again.</summary>
    private static readonly TimeSpan s_longestWrite = TimeSpan.FromSeconds(1);

    public RunTotals Totals { get; private set; } = totals;

    public RestoreOutcome Run(RestoreProcedure procedure, IReadOnlyList<int> generations, RestoreReason reason)
    {
        try
        {
            RestoreOutcome outcome = procedure.Run(generations);
            if (outcome is RestoreOutcome.Refused refused)
            {
                if (!refused.AllowsFreshStart || procedure.Meter.SetAside > 0) // else it is what the user wants, and no failure
                {
                    Count(procedure, reason, RestoreResult.Failed);
                    Keep();
                }

                return outcome;
            }

            RestoreResult result = outcome switch
            {
                RestoreOutcome.Restored => RestoreResult.Restored,
                RestoreOutcome.Fresh => RestoreResult.Fresh,
                _ => RestoreResult.Interrupted,
            };
            if (generations.Count > 0)
            {
                Count(procedure, reason, result);
            }

            if (result == RestoreResult.Interrupted)
            {
                Keep();
            }

            return outcome;
        }
        catch when (generations.Count > 0)
        {
            Count(procedure, reason, RestoreResult.Failed);
            Keep();
            throw;
        }
    }

    private void Count(RestoreProcedure procedure, RestoreReason reason, RestoreResult result)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        Totals = Totals.Count(reason, result, now);
        Totals = procedure.Meter.SetAside > 0 ? Totals.CountSetAside(procedure.Meter.SetAside, now) : Totals;
    }

    /// <summary>A failure does not matter: only figures are lost.</summary>
    private void Keep()
    {
        if (last is not null)
        {
            RunRecord counted = last with { Totals = Totals, Epoch = pod.Store.Epoch };
            _ = BackgroundWork.Catch(() => BackgroundWork.Run(
                pod.Init, Deadline.In(s_longestWrite), cancellation => pod.Store.WriteRunRecord(counted, () => cancellation.IsCancellationRequested)));
        }
    }
}
