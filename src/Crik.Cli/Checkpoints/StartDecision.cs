using Crik.Configuration;

namespace Crik.Checkpoints;

/// <summary>What a start does with what the last run left.</summary>
/// <param name="Generations">Checkpoints to try, best first; none means a fresh start.</param>
/// <param name="Reason">For the log.</param>
internal sealed record StartDecision(IReadOnlyList<int> Generations, string Reason)
{
    /// <param name="last">The run record; <see langword="null"/> when there is none.</param>
    /// <param name="committed">Committed generations, newest first.</param>
    public static StartDecision Decide(RunRecord? last, IReadOnlyList<int> committed, RestoreMode mode, WhenCrashed whenCrashed)
    {
        if (committed.Count == 0)
        {
            return Fresh("there is no checkpoint");
        }

        List<int> usable = [.. committed.Except(last?.Skipped ?? [])];
        if (usable.Count == 0)
        {
            return Fresh("every checkpoint there is was rolled back from");
        }

        if (mode == RestoreMode.Always)
        {
            return new(usable, "restoreMode is always");
        }

        List<int> current = [.. usable.Where(generation => generation > (last?.HistoryUpTo ?? 0))];
        if (current.Count == 0)
        {
            return Fresh(last?.End is { Kind: RunEndKind.Exited } end
                ? $"the program ended by itself ({Describe(end)}), so its checkpoints are history"
                : "its checkpoints are history");
        }

        switch (last?.End?.Kind)
        {
            case RunEndKind.Checkpointed:
                return new(current, "the last run ended with a checkpoint");
            case RunEndKind.RolledBack:
                return new(current, "it was rolled back to");
            case RunEndKind.Exited:
                return new(current, "a checkpoint is newer than the program's last end");
            default:
                string what = last is null ? "there is no run record" : last.End is null ? "the last run vanished"
                    : last.End.Kind == RunEndKind.Incomplete ? "pages did not come in" : "the last run was lost";
                return whenCrashed == WhenCrashed.Restore ? new(current, what) : Fresh($"{what}, and whenCrashed is startFresh");
        }

        static StartDecision Fresh(string reason) => new([], reason);

        static string Describe(RunEnd end) => end.Signal != 0 ? Linux.Signal.Name(end.Signal) : $"exit code {end.ExitCode}";
    }
}
