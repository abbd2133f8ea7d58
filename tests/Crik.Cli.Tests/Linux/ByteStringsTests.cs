using Crik.Linux;

namespace Crik.Tests.Linux;

public sealed class ByteStringsTests
{
    [Fact]
    public void Any_bytes_survive_decoding_and_encoding()
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
    public void Valid_text_is_not_changed(string text)
    {
        Assert.Equal(text, ByteStrings.Decode(System.Text.Encoding.UTF8.GetBytes(text)));
        Assert.Equal(text, ByteStrings.Printable(text));
    }

    [Fact]
    public void Bytes_that_are_not_text_are_printed_with_a_replacement_character()
    {
        Assert.Equal("latin-\uFFFD", ByteStrings.Printable(ByteStrings.Decode("latin-\xe9"u8[..6].ToArray().Append((byte)0xe9).ToArray())));
    }
}
