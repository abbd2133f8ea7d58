using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Tests.State;

public sealed class WatchHealthTests
{
    private readonly ShiftedClock _clock = new();
    private readonly WatchHealth _health;

    public WatchHealthTests() => _health = new WatchHealth(RunningServer.Options, _clock);

    [Fact]
    public void Ready_is_after_the_first_list_and_while_the_watch_lives()
    {
        Assert.Equal("the first list of the Nodes is not complete", _health.Problem());
        _health.Listed(_clock.GetUtcNow());
        _health.Heard(_clock.GetUtcNow());
        Assert.Null(_health.Problem());
    }

    [Fact]
    public void A_watch_that_is_opened_again_soon_is_no_problem_and_one_that_stays_down_is()
    {
        _health.Listed(_clock.GetUtcNow());
        _health.Heard(_clock.GetUtcNow());
        _health.Lost(_clock.GetUtcNow());
        Assert.Null(_health.Problem());

        _clock.Forward(RunningServer.Options.NotReadyAfter + TimeSpan.FromSeconds(1));
        _health.Lost(_clock.GetUtcNow()); // again: it counts from the first time
        Assert.StartsWith("the watch has been down since", _health.Problem(), StringComparison.Ordinal);

        _health.Heard(_clock.GetUtcNow());
        Assert.Null(_health.Problem());
    }

    [Fact]
    public void A_list_without_a_watch_after_it_does_not_make_ready_for_long()
    {
        _health.Listed(_clock.GetUtcNow());
        _clock.Forward(RunningServer.Options.NotReadyAfter + TimeSpan.FromSeconds(1));

        Assert.NotNull(_health.Problem());
    }

    [Fact]
    public void Silence_beyond_the_watchdogs_time_is_a_problem_whatever_the_watchdog_does()
    {
        _health.Listed(_clock.GetUtcNow());
        _health.Heard(_clock.GetUtcNow());
        _clock.Forward(RunningServer.Options.WatchIdleTimeout + RunningServer.Options.NotReadyAfter + TimeSpan.FromSeconds(1));

        Assert.StartsWith("nothing was heard", _health.Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void From_SIGTERM_on_it_is_not_ready()
    {
        _health.Listed(_clock.GetUtcNow());
        _health.Heard(_clock.GetUtcNow());
        _health.Stopping();

        Assert.Equal("shutting down", _health.Problem());
    }
}
