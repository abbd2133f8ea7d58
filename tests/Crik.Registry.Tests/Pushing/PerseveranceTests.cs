namespace Crik.Registry.Tests.Pushing;

public sealed class PerseveranceTests
{
    private static readonly RepositoryPatience s_patience = new()
    {
        FirstPause = TimeSpan.FromSeconds(1),
        LongestPause = TimeSpan.FromSeconds(60),
        Tries = 3,
        Standstill = TimeSpan.FromMinutes(5),
    };

    [Theory]
    [InlineData(1, null, 0, 0.5)]
    [InlineData(1, null, 1, 1)]
    [InlineData(4, null, 1, 8)]
    [InlineData(100, null, 0, 60)]
    [InlineData(1, 30, 1, 30)]
    [InlineData(6, 3, 1, 32)]
    [InlineData(1, 3600, 0, 60)]
    [InlineData(1, -5, 0, 0.5)]
    public void The_pause_doubles_and_is_as_long_as_the_registry_asks_for_within_limits(int failures, int? requested, double chance, double seconds)
    {
        TimeSpan? wanted = requested is { } number ? TimeSpan.FromSeconds(number) : null;

        Assert.Equal(TimeSpan.FromSeconds(seconds), Perseverance.Pause(s_patience, failures, wanted, chance));
    }

    [Fact]
    public async Task A_success_gives_new_tries()
    {
        Perseverance perseverance = new(new RegistryOptions { Patience = s_patience with { FirstPause = TimeSpan.Zero } });
        RepositoryAnswer answer = new() { Failure = new RegistryException(RegistryFailure.Busy, "r fails (503)") };
        await perseverance.AfterAsync(answer, default);
        await perseverance.AfterAsync(answer, default);
        perseverance.Succeeded();
        await perseverance.AfterAsync(answer, default);
        await perseverance.AfterAsync(answer, default);

        RegistryException exception = await Assert.ThrowsAsync<RegistryException>(() => perseverance.AfterAsync(answer, default));

        Assert.StartsWith("r fails (503) (3 tries, ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_tried_again_after_a_long_standstill()
    {
        ShiftedClock clock = new();
        Perseverance perseverance = new(new RegistryOptions { Patience = s_patience with { FirstPause = TimeSpan.Zero, Tries = 100 }, Time = clock });
        RepositoryAnswer answer = new() { Failure = new RegistryException(RegistryFailure.NoAnswer, "r is gone") };
        clock.Forward(TimeSpan.FromMinutes(4));
        await perseverance.AfterAsync(answer, default);
        perseverance.Moved();
        clock.Forward(TimeSpan.FromMinutes(4));
        await perseverance.AfterAsync(answer, default);
        clock.Forward(TimeSpan.FromMinutes(1));

        await Assert.ThrowsAsync<RegistryException>(() => perseverance.AfterAsync(answer, default));
    }
}
