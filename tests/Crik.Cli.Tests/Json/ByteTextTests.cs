using System.Text;
using Crik.Json;
using Crik.Linux;

namespace Crik.Tests.Json;

public sealed class ByteTextTests
{
    [Fact]
    public void Text_stays_text_in_JSON() => Assert.Equal("""{"path":"/tmp/ünï"}""", Write("/tmp/ünï").Replace("\\u00FC", "ü", StringComparison.Ordinal).Replace("\\u00EF", "ï", StringComparison.Ordinal));

    [Fact]
    public void Any_bytes_can_be_read_as_they_were_written()
    {
        Random random = new(20261122);
        for (int round = 0; round < 2000; round++)
        {
            byte[] bytes = new byte[random.Next(12)];
            random.NextBytes(bytes);
            string path = ByteStrings.Decode(bytes);

            Assert.Equal(path, JsonFields.Read<string>(Encoding.UTF8.GetBytes(Write(path)), Path));
        }
    }

    private static string Write(string path) => Encoding.UTF8.GetString(JsonFields.Write(path, Path));

    private static string Path(JsonFields fields, string? path) => fields.Field("path", JsonKinds.ByteText, path);
}
