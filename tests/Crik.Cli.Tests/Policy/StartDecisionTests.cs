using Crik.Configuration;
using Crik.Policy;
using Crik.Store;

namespace Crik.Tests.Policy;

public sealed class StartDecisionTests
{
    public static TheoryData<string, string?, int, int[], string, string, int[]> Table => new()
    {
        // case, end of the last run, history up to, committed, restoreMode, whenCrashed, restored
        { "there is no checkpoint", null, 0, [], "once", "restore", [] },
        { "a checkpoint ended the run", "Checkpointed", 0, [2, 1], "once", "restore", [2, 1] },
        { "the program ended by itself", "Exited", 2, [2, 1], "once", "restore", [] },
        { "a checkpoint came after a clean end", "Exited", 2, [3, 2, 1], "once", "restore", [3] },
        { "the run was killed", null, 0, [2, 1], "once", "restore", [2, 1] },
        { "the run was killed and whenCrashed forbids a restore", null, 0, [2, 1], "once", "startFresh", [] },
        { "the program was killed", "Lost", 0, [2, 1], "once", "restore", [2, 1] },
        { "pages of a lazy restore did not arrive", "Incomplete", 0, [2, 1], "once", "restore", [2, 1] },
        { "pages did not arrive and whenCrashed forbids a restore", "Incomplete", 0, [2, 1], "once", "startFresh", [] },
        { "a fresh run was killed before its first checkpoint", null, 2, [2, 1], "once", "restore", [] },
        { "a fresh run was killed after its first checkpoint", null, 2, [3, 2, 1], "once", "restore", [3] },
        { "it was rolled back", "RolledBack", 0, [2, 1], "once", "startFresh", [2, 1] },
        { "a golden image after a clean end", "Exited", 2, [2, 1], "always", "restore", [2, 1] },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void The_end_of_the_last_run_decides_what_is_restored(string what, string? end, int historyUpTo, int[] committed, string mode, string whenCrashed, int[] restored)
    {
        RunRecord record = new()
        {
            RunId = "r",
            StartedAt = default,
            HostName = "h",
            HistoryUpTo = historyUpTo,
            End = end is null ? null : new RunEnd(Enum.Parse<RunEndKind>(end), default, 0, 0),
        };

        StartDecision decision = StartDecision.Decide(
            record, committed,
            mode == "always" ? RestoreMode.Always : RestoreMode.Once,
            whenCrashed == "restore" ? WhenCrashed.Restore : WhenCrashed.StartFresh);

        Assert.True(restored.SequenceEqual(decision.Generations), what);
        Assert.NotEmpty(decision.Reason);
    }

    [Theory]
    [InlineData("once", new[] { 3, 1 }, new[] { 2 })]
    [InlineData("once", new[] { 1, 2, 3 }, new int[0])]
    [InlineData("always", new[] { 3 }, new[] { 2, 1 })]
    [InlineData("always", new[] { 1, 2, 3 }, new int[0])]
    public void A_checkpoint_that_a_rollback_skipped_is_not_restored(string mode, int[] skipped, int[] restored)
    {
        RunRecord record = new() { RunId = "r", StartedAt = default, HostName = "h", Skipped = skipped };

        StartDecision decision = StartDecision.Decide(
            record, [3, 2, 1], mode == "always" ? RestoreMode.Always : RestoreMode.Once, WhenCrashed.Restore);

        Assert.Equal(restored, decision.Generations);
    }

    [Theory]
    [InlineData(null, 0, new[] { 3, 2, 1 })]
    [InlineData(1, 1, new[] { 3, 2 })]
    public void A_fresh_start_that_could_not_use_its_checkpoints_leaves_them_for_a_later_start(int? historyUpTo, int expected, int[] restoredNext)
    {
        RunRecord? last = With(historyUpTo);
        int history = StartDecision.HistoryAfterFreshStart(last, newest: 3, givesUpNothing: false);

        Assert.Equal(expected, history);
        Assert.Equal(restoredNext, StartDecision.Decide(With(history), [3, 2, 1], RestoreMode.Once, WhenCrashed.Restore).Generations);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    public void After_a_fresh_start_that_had_nothing_to_restore_all_checkpoints_are_history(int? historyUpTo)
    {
        int history = StartDecision.HistoryAfterFreshStart(With(historyUpTo), newest: 3, givesUpNothing: true);

        Assert.Equal(3, history);
        Assert.Empty(StartDecision.Decide(With(history), [3, 2, 1], RestoreMode.Once, WhenCrashed.Restore).Generations);
    }

    [Fact]
    public void Checkpoints_without_a_run_record_are_restored()
    {
        StartDecision decision = StartDecision.Decide(null, [4], RestoreMode.Once, WhenCrashed.Restore);

        Assert.Equal([4], decision.Generations);
    }

    private static RunRecord? With(int? historyUpTo) =>
        historyUpTo is { } history ? new RunRecord { RunId = "r", StartedAt = default, HostName = "h", HistoryUpTo = history } : null;
}
