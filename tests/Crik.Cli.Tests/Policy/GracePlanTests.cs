using Crik.Configuration;
using Crik.Contracts;
using Crik.Nodes;
using Crik.Policy;

namespace Crik.Tests.Policy;

/// <summary>Tests the table of docs/design/0009-asking-about-the-node.md. All times are in seconds.</summary>
public sealed class GracePlanTests
{
    [Theory]
    [InlineData(30, 0, 22.5, 7.5)]
    [InlineData(2, 0, 1.5, 0.5)]
    [InlineData(300, 0, 290, 10)]
    [InlineData(32, 2, 22.5, 7.5)]
    [InlineData(30, 40, 0.75, 0.25)]
    public void The_program_keeps_a_share_of_the_grace_period(double gracePeriod, double gone, double forCheckpoint, double forProgram) =>
        Assert.Equal(new GracePlan(Seconds(forCheckpoint), Seconds(forProgram)), GracePlan.From(Seconds(gracePeriod), Seconds(gone), untilNodeGoes: null));

    [Theory]
    [InlineData(0)]
    [InlineData(-0.5)]
    [InlineData(-5)]
    [InlineData(-100_000_000)]
    public void A_deadline_in_the_past_changes_nothing(double untilNodeGoes)
    {
        Assert.Equal(110, Checkpoint(120, untilNodeGoes, clocksAgree: false));
        Assert.Equal(110, Checkpoint(120, untilNodeGoes, clocksAgree: true));
    }

    [Theory]
    [InlineData(120)]
    [InlineData(100_000_000)]
    public void A_deadline_after_the_grace_period_changes_nothing(double untilNodeGoes) => Assert.Equal(110, Checkpoint(120, untilNodeGoes, clocksAgree: true));

    [Theory]
    [InlineData(300, 120, 110)]
    [InlineData(120, 60, 50)]
    [InlineData(120, 20, 15)]
    [InlineData(120, 10, 10)]
    [InlineData(120, 0.001, 10)]
    [InlineData(10, 0.001, 7.5)]
    public void When_the_clocks_agree_a_deadline_leaves_at_least_ten_seconds(double gracePeriod, double untilNodeGoes, double forCheckpoint) =>
        Assert.Equal(forCheckpoint, Checkpoint(gracePeriod, untilNodeGoes, clocksAgree: true));

    [Theory]
    [InlineData(300, 240, 230)]
    [InlineData(300, 120, 145)]
    [InlineData(120, 60, 55)]
    [InlineData(120, 0.001, 55)]
    [InlineData(10, 0.001, 3.75)]
    public void When_the_clocks_may_differ_a_deadline_leaves_at_least_half(double gracePeriod, double untilNodeGoes, double forCheckpoint) =>
        Assert.Equal(forCheckpoint, Checkpoint(gracePeriod, untilNodeGoes, clocksAgree: false));

    [Theory]
    [InlineData("ShuttingDown", null, 15)]
    [InlineData("ShuttingDown", -1, 15)] // the deadline has passed, so this may well be the shutdown
    [InlineData("ShuttingDown", 60, 120)] // a drain, before the node shuts down
    [InlineData("Ready", null, 120)]
    [InlineData("Cordoned", null, 120)]
    [InlineData("Gone", null, 120)]
    [InlineData("Unknown", null, 120)]
    [InlineData(null, null, 120)]
    public void Only_a_node_that_shuts_down_and_names_no_time_limits_the_grace_period(string? state, int? untilDeadline, int seconds)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        NodeAnswer? answer = state is null ? null : new(Enum.Parse<NodeState>(state), "why", untilDeadline is { } until ? now + Seconds(until) : null);

        TimeSpan period = GracePlan.PeriodOn(answer, now, new CrikOptions { GracePeriod = Seconds(120), NodeShutdownGracePeriod = Seconds(15) }.Termination);

        Assert.Equal(seconds, period.TotalSeconds);
    }

    [Fact]
    public void Both_parts_always_fit_into_the_grace_period()
    {
        foreach (double gracePeriod in new[] { 1.0, 2, 10, 30, 120, 600 })
        {
            foreach (double untilNodeGoes in new[] { -1, 0, 0.001, 1, 5, 9, 10, 11, 12, 20, 50, 100, 500, 700 })
            {
                foreach (bool clocksAgree in new[] { true, false })
                {
                    GracePlan plan = GracePlan.From(Seconds(gracePeriod), TimeSpan.Zero, Seconds(untilNodeGoes), clocksAgree);

                    Assert.True(plan.ForCheckpoint + plan.ForProgram <= Seconds(gracePeriod), $"{gracePeriod} {untilNodeGoes} {clocksAgree}: {plan}");
                }
            }
        }
    }

    private static double Checkpoint(double gracePeriod, double untilNodeGoes, bool clocksAgree) =>
        GracePlan.From(Seconds(gracePeriod), TimeSpan.Zero, Seconds(untilNodeGoes), clocksAgree).ForCheckpoint.TotalSeconds;

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
