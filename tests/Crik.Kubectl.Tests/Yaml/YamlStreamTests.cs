using Crik.Kubectl.Yaml;

namespace Crik.Kubectl.Tests.Yaml;

public sealed class YamlStreamTests
{
    [Theory]
    [InlineData("a: 1\n", "a: 1\n")]
    [InlineData("---\na: 1\n---\nb: 1\n", "---\na: 1\n", "---\nb: 1\n")]
    [InlineData("# first\n---\na: 1\n--- # second\nb: 1", "# first\n", "---\na: 1\n", "--- # second\nb: 1")]
    [InlineData("a: 1\r\n---\r\nb: 1\r\n", "a: 1\r\n", "---\r\nb: 1\r\n")]
    [InlineData("a: |\n  ---\n  text\n----\n", "a: |\n  ---\n  text\n----\n")]
    [InlineData("", "")]
    public void A_text_is_cut_before_each_line_with_three_dashes(string text, params string[] documents)
    {
        Assert.Equal(documents, YamlStream.Split(text));
        Assert.Equal(text, string.Concat(YamlStream.Split(text)));
    }
}
