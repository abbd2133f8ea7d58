namespace Crik.Registry.Tests.Pushing;

public sealed class UploadRangeTests
{
    [Theory]
    [InlineData("0-1023", 2000, 1024)]
    [InlineData("bytes=0-1023", 2000, 1024)]
    [InlineData(" 0-1023 ", 2000, 1024)]
    [InlineData("0-0", 2000, 0)]
    [InlineData("0-0", 1, 1)]
    [InlineData("1-1023", 2000, null)]
    [InlineData("0--1", 2000, null)]
    [InlineData("0-9223372036854775807", 2000, null)]
    [InlineData("0-99999999999999999999", 2000, null)]
    [InlineData("", 2000, null)]
    [InlineData(null, 2000, null)]
    public void The_size_of_an_upload_is_read_from_its_range(string? range, long sent, int? size) => Assert.Equal(size, UploadRange.SizeOf(range, sent));

    [Fact]
    public void A_range_ends_with_its_last_byte() => Assert.Equal("100-149", UploadRange.Of(100, 50));
}
