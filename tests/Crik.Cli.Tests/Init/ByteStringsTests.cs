using Crik.Linux;

namespace Crik.Tests.Init;

public sealed class ByteStringsTests
{
    [Fact]
    public void Any_bytes_come_out_as_they_went_in()
    {
        Random random = new(20261121);
        for (int round = 0; round < 5000; round++)
        {
            byte[] bytes = new byte[random.Next(12)];
            random.NextBytes(bytes);

            Assert.Equal(bytes, ByteStrings.Encode(ByteStrings.Decode(bytes)));
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("ünïcode 😀")]
    public void Text_stays_text(string text)
    {
        Assert.Equal(text, ByteStrings.Decode(System.Text.Encoding.UTF8.GetBytes(text)));
        Assert.Equal(text, ByteStrings.Printable(text));
    }

    [Fact]
    public void What_is_no_text_can_be_printed()
    {
        Assert.Equal("latin-\uFFFD", ByteStrings.Printable(ByteStrings.Decode("latin-\xe9"u8[..6].ToArray().Append((byte)0xe9).ToArray())));
    }
}
