using System.Text;
using Crik.Store;
using Crik.Tests.Metrics;
using Crik.Tests.Save;

namespace Crik.Tests.Store;

public sealed class RunTotalsTests
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch.AddMilliseconds(1234);

    [Fact]
    public void Every_figure_has_a_name_of_its_own_and_comes_back_from_the_run_record()
    {
        RunTotals totals = MetricsFixture.Numbered();
        RunTotals read = Read(CheckpointJson.Write(SaveFixture.Run with { Totals = totals }));

        Assert.Equal(RunTotals.Names.Distinct(), RunTotals.Names);
        Assert.Equal(Values(totals), Values(read));
        Assert.Equal(Enumerable.Range(1, RunTotals.Names.Count).Select(number => (long)number), Values(totals));
    }

    [Fact]
    public void The_record_of_an_earlier_crik_has_no_totals_and_a_later_one_may_have_more()
    {
        const string Record = """{"runId":"r","startedAt":"2026-01-01T00:00:00Z","hostName":"h"}""";

        Assert.Null(CheckpointJson.ReadRunRecord(Encoding.UTF8.GetBytes(Record)).Totals);
        Assert.Equal(3, ReadTotals("""{"checkpoints.dreamt.sigterm":9,"setAside":3}""").SetAside);
        Assert.DoesNotContain("totals", Encoding.UTF8.GetString(CheckpointJson.Write(SaveFixture.Run)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-1", 0)]
    [InlineData("9007199254740992", 9007199254740992)]
    [InlineData("9007199254740993", 0)]
    [InlineData("9223372036854775807", 0)]
    public void A_figure_that_no_run_can_have_counts_as_0(string written, long read) =>
        Assert.Equal(read, ReadTotals($$"""{"loopsStopped":{{written}}}""").LoopsStopped);

    [Fact]
    public void A_counter_stops_at_the_largest_number_that_is_exact() =>
        Assert.Equal(RunTotals.Most, ReadTotals("""{"loopsStopped":9007199254740992}""").CountLoop(s_now).LoopsStopped);

    [Fact]
    public void A_checkpoint_counts_with_its_reason_and_only_a_failure_is_a_problem()
    {
        RunTotals totals = RunTotals.None.Count(CheckpointReason.Interval, CheckpointResult.Committed, s_now).Count(CheckpointReason.Order, CheckpointResult.Interrupted, s_now);
        Assert.Equal((1, 0, 1), (totals.Checkpoints(0, 1), totals.Checkpoints(0, 0), totals.Checkpoints(2, 3)));
        Assert.Equal(0, totals.LastMs((int)RunProblem.CheckpointFailed));

        totals = totals.Count(CheckpointReason.Sigterm, CheckpointResult.Failed, s_now);
        Assert.Equal((1, 1234), (totals.Checkpoints(1, 0), totals.LastMs((int)RunProblem.CheckpointFailed)));
    }

    [Fact]
    public void A_restore_counts_with_its_reason_and_checkpoints_that_were_set_aside_are_another_problem()
    {
        RunTotals totals = RunTotals.None.Count(RestoreReason.Crashed, RestoreResult.Failed, s_now).CountSetAside(2, s_now.AddMilliseconds(1));

        Assert.Equal((1, 0, 2), (totals.Restores(2, 1), totals.Restores(0, 1), totals.SetAside));
        Assert.Equal((1234, 1235, 0), (totals.LastMs((int)RunProblem.RestoreFailed), totals.LastMs((int)RunProblem.CheckpointSetAside), totals.LastMs((int)RunProblem.LoopStopped)));
    }

    [Theory]
    [InlineData(true, 12)] // dumping, copying, releasing
    [InlineData(false, 25)] // all but what came before
    public void A_program_that_runs_on_stands_still_until_criu_lets_it_go_and_another_until_the_commit(bool leftRunning, int frozen)
    {
        TimeSpan[] steps = [.. Enumerable.Range(1, 7).Select(seconds => TimeSpan.FromSeconds(seconds))];
        CheckpointFigures figures = new(steps, new CheckpointSize(10, 20, 30), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(40), leftRunning);
        RunTotals totals = RunTotals.None.WithCheckpoint(5, figures, s_now);

        Assert.Equal(frozen * 1000, totals.FrozenMs);
        Assert.Equal((1234, 40_000, 5), (totals.LastCheckpointMs, totals.CheckpointMs, totals.Generation));
        Assert.Equal([1000, 2000, 3000, 4000, 5000, 6000, 7000], Enumerable.Range(0, 7).Select(totals.StepMs));
        Assert.Equal([10, 20, 30], Enumerable.Range(0, 3).Select(totals.Bytes));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("""{"setAside":1.5,"generation":"5","lastCheckpointMs":1e300}""")]
    public void Figures_that_are_none_count_as_0_and_do_not_cost_the_record_that_they_are_in(string totals) => Assert.All(Values(ReadTotals(totals)), value => Assert.Equal(0, value));

    private static RunTotals ReadTotals(string totals) =>
        Read(Encoding.UTF8.GetBytes($$"""{"runId":"r","startedAt":"2026-01-01T00:00:00Z","hostName":"h","totals":{{totals}}}"""));

    private static RunTotals Read(byte[] record) => CheckpointJson.ReadRunRecord(record).Totals!;

    private static IEnumerable<long> Values(RunTotals totals) => Enumerable.Range(0, RunTotals.Names.Count).Select(i => totals[i]);
}
