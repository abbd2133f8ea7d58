using Crik.Configuration;
using Crik.Store;

namespace Crik.Policy;

/// <summary>Decides at the start which checkpoints of earlier runs to restore, if any.</summary>
/// <param name="Generations">The checkpoints to try, best first; empty for a fresh start.</param>
/// <param name="Reason">The reason of the decision, for the log.</param>
internal sealed record StartDecision(IReadOnlyList<int> Generations, string Reason)
{
    /// <summary>Decides up to which number checkpoints are history after a fresh start.</summary>
    /// <param name="newest">The highest number of all checkpoints.</param>
    /// <param name="givesUpNothing">
    /// Whether no checkpoint is left that a later start could restore. Otherwise, this start only could not use its checkpoints, and leaves
    /// them for one that can.
    /// </param>
    public static int HistoryAfterFreshStart(RunRecord? last, int newest, bool givesUpNothing) => givesUpNothing ? newest : last?.HistoryUpTo ?? 0;

    /// <param name="last">The run record; <see langword="null"/> when there is none.</param>
    /// <param name="committed">The numbers of the committed checkpoints, newest first.</param>
    public static StartDecision Decide(RunRecord? last, IReadOnlyList<int> committed, RestoreMode mode, WhenCrashed whenCrashed)
    {
        List<int> usable = [.. committed.Except(last?.Skipped ?? [])];
        List<int> current = [.. usable.Where(generation => generation > (last?.HistoryUpTo ?? 0))];
        string crash = last is null ? "there is no run record" : last.End is null ? "the last run vanished"
            : last.End.Kind == RunEndKind.Incomplete ? "pages did not come in" : "the last run was lost";
        return committed.Count == 0 ? Fresh("there is no checkpoint")
            : usable.Count == 0 ? Fresh("every checkpoint there is was rolled back from or given up")
            : mode == RestoreMode.Always ? new(usable, "restoreMode is always")
            : current.Count == 0 ? Fresh(last?.End is { Kind: RunEndKind.Exited } end
                ? $"the program ended by itself ({Describe(end)}), so its checkpoints are history"
                : "its checkpoints are history")
            : last?.End?.Kind switch
            {
                RunEndKind.Checkpointed => new(current, "the last run ended with a checkpoint"),
                RunEndKind.RolledBack => new(current, "it was rolled back to"),
                RunEndKind.Exited => new(current, "a checkpoint is newer than the program's last end"),
                _ => whenCrashed == WhenCrashed.Restore ? new(current, crash) : Fresh($"{crash}, and whenCrashed is startFresh"),
            };

        static StartDecision Fresh(string reason) => new([], reason);

        static string Describe(RunEnd end) => end.Signal != 0 ? Linux.Signal.Name(end.Signal) : $"exit code {end.ExitCode}";
    }
}
