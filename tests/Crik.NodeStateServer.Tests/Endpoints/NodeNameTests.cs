using Crik.NodeStateServer.Endpoints;

namespace Crik.NodeStateServer.Tests.Endpoints;

public sealed class NodeNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("worker-2")]
    [InlineData("ip-10-0-0-7.eu-central-1.compute.internal")]
    [InlineData("a--b")]
    [InlineData("1.2.3.4")]
    public void An_RFC_1123_subdomain_is_a_valid_name(string name) => Assert.True(NodeName.IsValid(name));

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("a..b")]
    [InlineData("a-.b")]
    [InlineData("a.-b")]
    [InlineData("a_b")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a%2fb")]
    [InlineData("ä")]
    [InlineData("a\n")]
    public void Any_other_text_is_not_a_valid_name(string name) => Assert.False(NodeName.IsValid(name));

    [Fact]
    public void A_name_has_at_most_253_characters()
    {
        Assert.True(NodeName.IsValid(new string('a', 253)));
        Assert.False(NodeName.IsValid(new string('a', 254)));
    }
}
