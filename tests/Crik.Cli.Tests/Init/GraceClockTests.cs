using Crik.Init;

namespace Crik.Tests.Init;

public sealed class GraceClockTests
{
    [Theory]
    [InlineData(0, 0, 0, 0)]
    [InlineData(4, 1, 3334, 3875)]
    [InlineData(20, 5, 16667, 19375)]
    [InlineData(30, 7.5, 25000, 29062)]
    [InlineData(40, 10, 33334, 38750)]
    [InlineData(600, 10, 593334, 598750)] // ten seconds are enough for any program
    public void The_last_part_of_the_grace_period_belongs_to_the_program(double seconds, double reserve, long releaseAfter, long exitAfter)
    {
        GraceClock clock = new(TimeSpan.FromSeconds(seconds));

        Assert.Equal(TimeSpan.FromSeconds(reserve), GraceClock.ReserveOf(TimeSpan.FromSeconds(seconds)));
        Assert.InRange(clock.ReleaseAt(5000), 5000 + releaseAfter - 1, 5000 + releaseAfter);
        Assert.InRange(clock.ExitAt(5000), 5000 + exitAfter - 1, 5000 + exitAfter);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(3600)]
    public void The_run_gives_up_before_the_init_acts_and_the_init_acts_before_the_kubelet_does(double seconds)
    {
        TimeSpan period = TimeSpan.FromSeconds(seconds);
        GraceClock clock = new(period);
        long runGivesUp = (long)(period - GraceClock.ReserveOf(period)).TotalMilliseconds;

        Assert.True(runGivesUp < clock.ReleaseAt(0));
        Assert.True(clock.ReleaseAt(0) < clock.ExitAt(0));
        Assert.True(clock.ExitAt(0) < period.TotalMilliseconds);
    }
}
