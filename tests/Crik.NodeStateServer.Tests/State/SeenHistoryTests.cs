using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Tests.State;

public sealed class SeenHistoryTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(5);

    private readonly ShiftedClock _clock = new();
    private readonly SeenHistory _history;

    public SeenHistoryTests() => _history = new SeenHistory(_clock);

    [Fact]
    public async Task A_wait_ends_when_the_watch_reaches_its_version_and_not_earlier()
    {
        _history.Listed("10");
        Task<bool> first = _history.WaitAsync(12, s_long, CancellationToken.None);
        Task<bool> second = _history.WaitAsync(20, s_long, CancellationToken.None);

        _history.Reached("11");
        Assert.False(first.IsCompleted);
        _history.Reached("13");

        Assert.True(await Eventually.InTimeAsync(first));
        Assert.False(second.IsCompleted);
        _history.Listed("20");
        Assert.True(await Eventually.InTimeAsync(second));
    }

    [Fact]
    public async Task A_version_that_never_comes_is_given_up_and_leaves_nothing_behind()
    {
        _history.Listed("10");

        Assert.False(await _history.WaitAsync(11, TimeSpan.FromMilliseconds(20), CancellationToken.None));
        Assert.Equal(0, _history.Waiting);
    }

    [Fact]
    public async Task When_the_API_server_was_restored_nobody_waits_for_the_history_that_was_replaced()
    {
        _history.Listed("10");
        _history.Reached("5000");
        Task<bool> wait = _history.WaitAsync(5001, s_long, CancellationToken.None);

        _history.Listed("3000");

        Assert.True(_history.Has(5000));
        Assert.False(wait.IsCompleted); // perhaps another replica has seen it since
        _history.Reached("5001");
        Assert.True(await Eventually.InTimeAsync(wait));
    }

    [Fact]
    public async Task Close_ends_all_waiting()
    {
        Task<bool> wait = _history.WaitAsync(1, s_long, CancellationToken.None);
        _history.Close();

        Assert.False(await Eventually.InTimeAsync(wait));
        Assert.False(await Eventually.InTimeAsync(_history.WaitAsync(2, s_long, CancellationToken.None)));
    }

    [Fact]
    public void The_time_of_the_last_observation_is_that_of_the_wall_clock()
    {
        Assert.Null(_history.ObservedAt);
        _history.Heard();
        DateTimeOffset first = _history.ObservedAt!.Value;

        _clock.Forward(TimeSpan.FromMinutes(1));
        _history.Reached("10");
        Assert.Equal(first, _history.ObservedAt);
        _history.Heard();
        Assert.InRange(_history.ObservedAt!.Value, first + TimeSpan.FromMinutes(1), DateTimeOffset.MaxValue);
    }

    [Theory]
    [InlineData("17", 17ul)]
    [InlineData("0", null)]
    [InlineData("", null)]
    [InlineData("-3", null)]
    [InlineData("1.5", null)]
    [InlineData("abc", null)]
    [InlineData("99999999999999999999999", null)]
    public void Only_decimal_numbers_can_be_compared(string text, ulong? expected) => Assert.Equal(expected, ResourceVersion.Parse(text));
}
