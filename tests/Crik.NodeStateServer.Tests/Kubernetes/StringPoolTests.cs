using System.Text;
using Crik.NodeStateServer.Kubernetes;

namespace Crik.NodeStateServer.Tests.Kubernetes;

public sealed class StringPoolTests
{
    [Fact]
    public void Equal_texts_give_the_same_string() => Assert.Same(StringPool.Get("KubeletReady"u8), StringPool.Get("KubeletReady"u8));

    [Fact]
    public void Many_texts_on_several_threads_give_the_right_strings() =>
        Parallel.For(0, 50_000, i => Assert.Equal($"word-{i % 5000}-ü", StringPool.Get(Encoding.UTF8.GetBytes($"word-{i % 5000}-ü"))));

    [Theory]
    [InlineData(0)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(10_000)]
    public void A_text_may_have_any_length(int length) =>
        Assert.Equal(new string('x', length), StringPool.Get(Encoding.UTF8.GetBytes(new string('x', length))));
}
