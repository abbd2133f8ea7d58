using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Tests.State;

public sealed class WatchHealthTests
{
    private readonly ShiftedClock _clock = new();
    private readonly WatchHealth _health;

    public WatchHealthTests() => _health = new WatchHealth(RunningServer.Options, _clock);

    [Fact]
    public void The_server_is_ready_after_the_first_list_while_the_watch_is_up()
    {
        Assert.Equal("the first list of all Nodes is not complete yet", _health.Problem());
        _health.Listed();
        _health.Heard();
        Assert.Null(_health.Problem());
    }

    [Fact]
    public void A_watch_that_is_down_is_a_problem_only_after_a_while()
    {
        _health.Listed();
        _health.Heard();
        _health.Lost();
        Assert.Null(_health.Problem());

        _clock.Forward(RunningServer.Options.NotReadyAfter + TimeSpan.FromSeconds(1));
        _health.Lost(); // the time counts from the first loss
        Assert.StartsWith("the watch of the API server has been down since", _health.Problem(), StringComparison.Ordinal);

        _health.Heard();
        Assert.Null(_health.Problem());
    }

    [Fact]
    public void A_list_without_a_watch_makes_the_server_ready_only_for_a_while()
    {
        _health.Listed();
        _clock.Forward(RunningServer.Options.NotReadyAfter + TimeSpan.FromSeconds(1));

        Assert.NotNull(_health.Problem());
    }

    [Fact]
    public void Silence_for_longer_than_the_idle_timeout_is_a_problem()
    {
        _health.Listed();
        _health.Heard();
        _clock.Forward(RunningServer.Options.WatchIdleTimeout + RunningServer.Options.NotReadyAfter + TimeSpan.FromSeconds(1));

        Assert.StartsWith("the API server has sent nothing since", _health.Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_watch_that_is_opened_again_and_again_and_brings_nothing_is_a_problem()
    {
        _health.Listed();
        for (int i = 0; i < 3; i++)
        {
            _health.Opened();
            _clock.Forward(RunningServer.Options.WatchIdleTimeout);
            _health.Lost();
        }

        _health.Opened();
        Assert.StartsWith("the API server has sent nothing since", _health.Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_of_the_wall_clock_makes_the_server_neither_ready_nor_unready()
    {
        _health.Listed();
        _health.Heard();
        _clock.StepWallClock(TimeSpan.FromHours(2));
        Assert.Null(_health.Problem());

        _health.Lost();
        _clock.Forward(RunningServer.Options.NotReadyAfter + TimeSpan.FromSeconds(1));
        _clock.StepWallClock(TimeSpan.FromHours(-4));
        Assert.NotNull(_health.Problem());
    }

    [Fact]
    public void From_SIGTERM_on_the_server_is_not_ready()
    {
        _health.Listed();
        _health.Heard();
        _health.Stopping();

        Assert.Equal("the server is shutting down", _health.Problem());
    }
}
