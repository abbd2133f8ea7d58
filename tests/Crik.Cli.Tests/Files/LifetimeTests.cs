using Crik.Files;

namespace Crik.Tests.Files;

public sealed class LifetimeTests
{
    private const long Second = 1_000_000_000;
    private const long Year = 365 * 86400 * Second;
    private const long Start = 50 * Year;

    [Theory]
    [InlineData(0)]
    [InlineData(Year)]
    public void Changes_since_the_start_count_even_if_the_clock_was_set_forward(long setForwardBy)
    {
        Lifetime minute = new(Start, Start + setForwardBy, Start + setForwardBy + (60 * Second));

        Assert.True(minute.Has(Start, before: 0));
        Assert.True(minute.Has(Start + Second, before: 0));
        Assert.True(minute.Has(Start + setForwardBy + (60 * Second), before: 0));
        Assert.False(minute.Has(Start - 1, before: 0));
    }

    [Fact]
    public void When_the_clock_was_set_back_changes_before_and_after_count_and_an_image_in_between_does_not()
    {
        Lifetime minute = new(Start, Start - Year, Start - Year + (60 * Second));

        Assert.True(minute.Has(Start + Second, before: 0));
        Assert.True(minute.Has(Start - Year + Second, before: 0));
        Assert.False(minute.Has(Start - (86400 * Second), before: 0));
        Assert.False(minute.Has(Start - Year - 1, before: 0));
    }

    [Fact]
    public void A_change_slightly_before_the_start_counts_on_both_sides_of_a_clock_change()
    {
        Lifetime minute = new(Start, Start - Year, Start - Year + (60 * Second));

        Assert.True(minute.Has(Start - Second, before: Second));
        Assert.True(minute.Has(Start - Year - Second, before: Second));
        Assert.False(minute.Has(Start - Second - 1, before: Second));
    }

    [Fact]
    public void The_lifetime_begins_at_the_start_of_crik()
    {
        static long Now() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        long before = Now();
        ContainerAge age = new();
        long after = Now();

        Assert.False(age.Lifetime().Has(before - Second, before: 0));
        Assert.True(age.Lifetime().Has(after, before: 0));
    }
}
