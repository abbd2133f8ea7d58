
namespace Crik.Hosting.Tests;

public sealed class DurationTests
{
    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1h2m3s4ms", 3_723_004)]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1500)]
    [InlineData("0s", 0)]
    [InlineData("999999999h", 3_600_000_000)]
    public void A_duration_is_read_in_the_form_that_Go_uses(string text, long milliseconds)
    {
        Assert.True(Duration.TryParse(text, out TimeSpan value));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1d")]
    [InlineData("1s1m")]
    [InlineData("1s1s")]
    [InlineData("1 s")]
    [InlineData("1.s")]
    [InlineData(".5s")]
    [InlineData("1e3s")]
    [InlineData("1.2.3s")]
    [InlineData("99999999999s")]
    [InlineData("NaNs")]
    public void Anything_else_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));
}
