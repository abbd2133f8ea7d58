using Crik.Configuration;

namespace Crik.Tests.Configuration;

public class ParsersTests
{
    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("2m", 120_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("500ms", 500)]
    [InlineData("1h2m3s4ms", 3_723_004)]
    [InlineData("0s", 0)]
    [InlineData("1000h", 3_600_000_000)]
    public void A_duration_is_read(string text, long milliseconds)
    {
        Assert.Null(Duration.Read(text, out TimeSpan value));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), value);
    }

    [Theory]
    [InlineData("30", "write 30s")]
    [InlineData("", "30s")]
    [InlineData("s", "30s")]
    [InlineData("-1s", "30s")]
    [InlineData("1.5h", "30s")]
    [InlineData("1m1h", "30s")]
    [InlineData("1s1s", "30s")]
    [InlineData("1d", "30s")]
    [InlineData("30 s", "30s")]
    [InlineData("30S", "30s")]
    [InlineData("1m30", "30s")]
    [InlineData("1001h", "at most 1000h")]
    [InlineData("1000h1ms", "at most 1000h")]
    [InlineData("99999999999999999999h", "at most 1000h")]
    public void A_text_that_is_no_duration_is_refused_with_an_example(string text, string expected)
    {
        Assert.Contains(expected, Duration.Read(text, out _), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1048576", 1048576)]
    [InlineData("1Ki", 1024)]
    [InlineData("500Mi", 524288000)]
    [InlineData("2Gi", 2147483648)]
    [InlineData("3K", 3000)]
    [InlineData("3M", 3000000)]
    [InlineData("3G", 3000000000)]
    public void A_size_is_read(string text, long bytes)
    {
        Assert.Null(ByteSize.Read(text, out long value));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Mi")]
    [InlineData("-1")]
    [InlineData("1.5Gi")]
    [InlineData("1 Gi")]
    [InlineData("1mi")]
    [InlineData("1Ti")]
    [InlineData("9223372036854775808")]
    [InlineData("9223372036854775807K")]
    public void A_text_that_is_no_size_is_refused(string text) => Assert.NotNull(ByteSize.Read(text, out _));

    [Theory]
    [InlineData("imagedir", "imageDir")]
    [InlineData("imgDir", "imageDir")]
    [InlineData("nodeStateServerUrl", "nodeStateServerURL")]
    [InlineData("additionalPath", "additionalPaths")]
    [InlineData("somethingElse", null)]
    public void The_nearest_name_is_found(string name, string? expected) => Assert.Equal(expected, NearestName.Find(name, OptionKeys.Names));
}
