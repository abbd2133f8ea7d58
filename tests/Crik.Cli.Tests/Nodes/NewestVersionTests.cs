using Crik.Nodes;

namespace Crik.Tests.Nodes;

public sealed class NewestVersionTests
{
    private static readonly long s_longest = (long)NewestVersion.LongestLag.TotalMilliseconds;

    [Theory]
    [InlineData(null, "5", "5")]
    [InlineData("9", "10", "10")]
    [InlineData("10", "9", "9")] // the API server was restored from a backup
    [InlineData("5", null, "5")]
    [InlineData("5", "abc", "5")]
    [InlineData("5", "7&wait=0s", "5")]
    [InlineData("5", "999999999999999999999999", "5")]
    [InlineData(null, "", null)]
    public void The_number_of_the_last_answer_replaces_the_one_before(string? before, string? seen, string? after) =>
        Assert.Equal(after, new NewestVersion(before).Seen(seen).Value);

    [Fact]
    public void The_version_is_forgotten_when_every_replica_lags_for_two_minutes()
    {
        NewestVersion lagging = new NewestVersion("100").Lagged(1000).Lagged(1000 + s_longest - 1);
        Assert.Equal("100", lagging.Value);

        Assert.Null(lagging.Lagged(1000 + s_longest).Value);
    }

    [Fact]
    public void A_replica_that_does_not_lag_begins_the_two_minutes_anew()
    {
        NewestVersion lagging = new NewestVersion("100").Lagged(1000).Seen("100").Lagged(1000 + s_longest);

        Assert.Equal("100", lagging.Value);
    }
}
