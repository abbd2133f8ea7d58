using Crik.Init;

namespace Crik.Tests.Init;

public sealed class DismissedCriuTests
{
    private readonly DismissedCriu _dismissed = new(patience: 1000);

    [Fact]
    public void A_dismissed_criu_is_killed_once_when_its_time_is_over()
    {
        _dismissed.Add(42, now: 5000);

        Assert.Equal(6000, _dismissed.KillAt);
        Assert.Null(_dismissed.TakeOverdue(5999));
        Assert.Equal(42, _dismissed.TakeOverdue(6000));
        Assert.Null(_dismissed.TakeOverdue(7000));
        Assert.Equal(long.MaxValue, _dismissed.KillAt);
    }

    [Fact]
    public void Nothing_is_killed_when_no_criu_held_the_program()
    {
        _dismissed.Add(0, now: 5000);

        Assert.Equal(long.MaxValue, _dismissed.KillAt);
        Assert.Null(_dismissed.TakeOverdue(100_000));
    }

    [Fact]
    public void A_later_release_without_a_criu_does_not_spare_the_criu_before_it()
    {
        _dismissed.Add(42, now: 5000);
        _dismissed.Add(0, now: 5500);

        Assert.Equal(42, _dismissed.TakeOverdue(6000));
    }
}
