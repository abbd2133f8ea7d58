using Crik.Init;

namespace Crik.Tests.Init;

public sealed class DismissedCriuTests
{
    private readonly DismissedCriu _dismissed = new();
    private readonly ChildProcess _criu = new(42);

    [Fact]
    public void A_dismissed_criu_is_killed_once_when_its_time_is_over()
    {
        _dismissed.Add(_criu, now: 5000, patience: 1000);

        Assert.Equal(6000, _dismissed.KillAt);
        Assert.Null(_dismissed.TakeOverdue(5999));
        Assert.Same(_criu, _dismissed.TakeOverdue(6000));
        Assert.Null(_dismissed.TakeOverdue(7000));
        Assert.Equal(long.MaxValue, _dismissed.KillAt);
    }

    [Fact]
    public void A_criu_that_has_ended_is_not_killed_because_another_process_may_have_its_number()
    {
        _dismissed.Add(_criu, now: 5000, patience: 1000);
        _criu.NoteEnd(0);

        Assert.Null(_dismissed.TakeOverdue(6000));
        Assert.Equal(long.MaxValue, _dismissed.KillAt);
    }

    [Fact]
    public void Nothing_is_killed_when_no_criu_held_the_program()
    {
        _dismissed.Add(null, now: 5000, patience: 1000);

        Assert.Equal(long.MaxValue, _dismissed.KillAt);
        Assert.Null(_dismissed.TakeOverdue(100_000));
    }

    [Fact]
    public void A_later_release_without_a_criu_does_not_spare_the_criu_before_it()
    {
        _dismissed.Add(_criu, now: 5000, patience: 1000);
        _dismissed.Add(null, now: 5500, patience: 1000);

        Assert.Same(_criu, _dismissed.TakeOverdue(6000));
    }
}
