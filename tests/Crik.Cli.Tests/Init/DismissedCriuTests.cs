using Crik.Init;

namespace Crik.Tests.Init;

public sealed class DismissedCriuTests
{
    private readonly DismissedCriu _dismissed = new(patience: 1000);

    [Fact]
    public void A_criu_that_was_dismissed_is_killed_once_when_it_has_had_its_time()
    {
        _dismissed.Add(42, now: 5000);

        Assert.Equal(6000, _dismissed.KillAt);
        Assert.Null(_dismissed.TakeOverdue(5999));
        Assert.Equal(42, _dismissed.TakeOverdue(6000));
        Assert.Null(_dismissed.TakeOverdue(7000));
        Assert.Equal(long.MaxValue, _dismissed.KillAt);
    }

    [Fact]
    public void Where_no_criu_held_the_program_nobody_is_killed()
    {
        _dismissed.Add(0, now: 5000);

        Assert.Equal(long.MaxValue, _dismissed.KillAt);
        Assert.Null(_dismissed.TakeOverdue(100_000));
    }

    [Fact]
    public void A_second_look_without_a_criu_does_not_spare_the_first_one()
    {
        _dismissed.Add(42, now: 5000);
        _dismissed.Add(0, now: 5500);

        Assert.Equal(42, _dismissed.TakeOverdue(6000));
    }
}
