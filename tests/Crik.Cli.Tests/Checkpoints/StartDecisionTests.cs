using Crik.Checkpoints;
using Crik.Configuration;

namespace Crik.Tests.Checkpoints;

public sealed class StartDecisionTests
{
    public static TheoryData<string, string?, int, int[], string, string, int[]> Table => new()
    {
        // what, end of the last run, history up to, committed, restoreMode, whenCrashed, what is restored
        { "nothing is there", null, 0, [], "once", "restore", [] },
        { "a checkpoint ended the run", "Checkpointed", 0, [2, 1], "once", "restore", [2, 1] },
        { "the program ended by itself", "Exited", 2, [2, 1], "once", "restore", [] },
        { "a checkpoint came after a clean end", "Exited", 2, [3, 2, 1], "once", "restore", [3] },
        { "the run vanished", null, 0, [2, 1], "once", "restore", [2, 1] },
        { "the run vanished and may not come back", null, 0, [2, 1], "once", "startFresh", [] },
        { "the program was killed", "Lost", 0, [2, 1], "once", "restore", [2, 1] },
        { "pages of a lazy restore did not come in", "Incomplete", 0, [2, 1], "once", "restore", [2, 1] },
        { "they did not, and it has run and may not run so again", "Incomplete", 0, [2, 1], "once", "startFresh", [] },
        { "a fresh run vanished before its first checkpoint", null, 2, [2, 1], "once", "restore", [] },
        { "a fresh run vanished after its first checkpoint", null, 2, [3, 2, 1], "once", "restore", [3] },
        { "a golden image after a clean end", "Exited", 2, [2, 1], "always", "restore", [2, 1] },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void The_last_run_decides(string what, string? end, int historyUpTo, int[] committed, string mode, string whenCrashed, int[] restored)
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

    [Fact]
    public void Checkpoints_without_a_run_record_are_restored()
    {
        StartDecision decision = StartDecision.Decide(null, [4], RestoreMode.Once, WhenCrashed.Restore);

        Assert.Equal([4], decision.Generations);
    }
}
