using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Tests.State;

public sealed class AttemptsTests
{
    private readonly ShiftedClock _clock = new();
    private readonly Attempts _attempts;

    public AttemptsTests() => _attempts = new Attempts(RunningServer.Options, _clock);

    [Fact]
    public void A_watch_in_which_nothing_happens_is_no_reason_for_a_restart()
    {
        _clock.Forward(RunningServer.Options.WatchIdleTimeout + TimeSpan.FromMinutes(1));

        Assert.Null(_attempts.Problem());
    }

    [Fact]
    public void A_pause_that_the_API_server_asked_for_is_no_reason_either()
    {
        _attempts.Made(TimeSpan.FromMinutes(10));
        _clock.Forward(TimeSpan.FromMinutes(12));

        Assert.Null(_attempts.Problem());
    }

    [Fact]
    public void A_watcher_that_does_nothing_for_minutes_is_a_reason_until_it_goes_on()
    {
        _clock.StepWallClock(TimeSpan.FromDays(1));
        Assert.Null(_attempts.Problem());
        _clock.Forward(RunningServer.Options.WatchIdleTimeout + TimeSpan.FromMinutes(4));
        Assert.StartsWith("the watch of the API server has hung for ", _attempts.Problem(), StringComparison.Ordinal);

        _attempts.Made();
        Assert.Null(_attempts.Problem());
    }
}
