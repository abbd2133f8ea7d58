using Crik.Contracts.MigrationPolicies;
using Crik.Operator.Policies.Deciding;

namespace Crik.Operator.Tests.Policies;

public sealed class NodeWatchTests
{
    private static readonly PolicyRequest s_request = SomePolicy.Request();

    /// <summary>Measures a node every minute.</summary>
    /// <returns>At each minute: "." for calm, "h" for high, "o" for overloaded.</returns>
    private static string Watch(params int?[] percents)
    {
        PolicyNode? node = null;
        List<char> seen = [];
        for (int i = 0; i < percents.Length; i++)
        {
            DateTimeOffset now = SomePolicy.Now + TimeSpan.FromMinutes(i);
            node = NodeWatch.Next(node, SomePolicy.Node("node-1", percents[i], at: now), s_request, now);
            seen.Add(node is null ? '.' : node.OverloadedTime is null ? 'h' : 'o');
        }

        return new string([.. seen]);
    }

    [Theory]
    [InlineData("a node at its threshold is calm", ".......", 80, 80, 80, 80, 80, 80, 80)]
    [InlineData("above it for five minutes it has too much load", "hhhhhoo", 81, 81, 81, 81, 81, 81, 81)]
    [InlineData("a peak is nothing", "h......", 99, 50, 50, 50, 50, 50, 50)]
    [InlineData("a node that goes up and down is left alone", "hh.hh.hh.hh.", 99, 99, 79, 99, 99, 79, 99, 99, 79, 99, 99, 79)]
    [InlineData("between the thresholds it keeps too much load", "hhhhhoooo.", 90, 90, 90, 90, 90, 90, 75, 61, 61, 60)]
    [InlineData("after that it begins anew", "hhhhho.hhhhho", 90, 90, 90, 90, 90, 90, 60, 90, 90, 90, 90, 90, 90)]
    public void A_node_has_too_much_load_after_a_while_and_until_the_lower_threshold(string why, string expected, params int[] percents) =>
        Assert.True(Watch([.. percents.Cast<int?>()]) == expected, $"{why}: {Watch([.. percents.Cast<int?>()])}");

    [Fact]
    public void A_measurement_that_is_missing_is_bridged_and_a_gap_begins_anew()
    {
        Assert.Equal("hhhhhoo", Watch(90, 90, null, null, 90, 90, 90));
        Assert.Equal("hhhh..hhhhho", Watch(90, null, null, null, null, null, 90, 90, 90, 90, 90, 90));
    }

    [Fact]
    public void An_operator_that_was_away_for_long_does_not_take_the_time_for_load()
    {
        PolicyNode before = NodeWatch.Next(null, SomePolicy.Node("node-1", 90), s_request, SomePolicy.Now)!;
        DateTimeOffset later = SomePolicy.Now + TimeSpan.FromHours(1);

        PolicyNode after = NodeWatch.Next(before, SomePolicy.Node("node-1", 90, at: later), s_request, later)!;

        Assert.Null(after.OverloadedTime);
        Assert.Equal(later, after.AboveSince);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(61, false)]
    [InlineData(null, false)]
    public void A_measurement_of_the_future_or_without_a_time_is_a_gap(int? seconds, bool isKept)
    {
        PolicyNode before = SomePolicy.Overloaded() with { MeasuredTime = seconds is { } ahead ? SomePolicy.Now + TimeSpan.FromSeconds(ahead) : null };

        Assert.Equal(isKept, NodeWatch.Next(before, SomePolicy.Node("node-1", 90), s_request, SomePolicy.Now)!.OverloadedTime is not null);
        Assert.Equal(isKept, NodeWatch.Next(before, SomePolicy.Node("node-1", null), s_request, SomePolicy.Now) is not null);
    }

    [Fact]
    public void Each_resource_can_be_too_much_and_all_have_to_be_well_again()
    {
        PolicyNode high = NodeWatch.Next(null, SomePolicy.Node("node-1", 10, memory: 91), s_request, SomePolicy.Now)!;
        PolicyNode overloaded = high with { OverloadedTime = SomePolicy.Now };

        Assert.Equal(("memory", 91, 10), (high.Resource, high.MemoryPercent, high.CpuPercent));
        Assert.NotNull(NodeWatch.Next(overloaded, SomePolicy.Node("node-1", 65, memory: 50), s_request, SomePolicy.Now));
        Assert.Null(NodeWatch.Next(overloaded, SomePolicy.Node("node-1", 60, memory: 70), s_request, SomePolicy.Now));
    }

    [Theory]
    [InlineData(10, 100, true)]
    [InlineData(0, 100, false)]
    [InlineData(10, 0, false)]
    [InlineData(-1, 100, false)]
    [InlineData(double.PositiveInfinity, 100, false)]
    [InlineData(double.NaN, 100, false)]
    public void The_load_of_a_node_that_does_not_say_how_much_it_has_is_not_known(double cpu, double memory, bool isKnown) =>
        Assert.Equal(isKnown, new MeasuredNode("node-1", cpu, memory).With(new(9, 10, SomePolicy.Now), SomePolicy.Now).Load is not null);

    [Theory]
    [InlineData(0, true)]
    [InlineData(120, true)]
    [InlineData(121, false)]
    [InlineData(-60, true)]
    [InlineData(-61, false)]
    public void Old_measurements_and_those_of_the_future_do_not_count(int secondsAgo, bool isFresh) =>
        Assert.Equal(isFresh, MeasuredNode.IsFresh(new(1, 1, SomePolicy.Now - TimeSpan.FromSeconds(secondsAgo)), SomePolicy.Now));
}
