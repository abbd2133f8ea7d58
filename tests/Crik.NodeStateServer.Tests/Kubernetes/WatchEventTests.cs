using System.Text;
using Crik.NodeStateServer.Kubernetes;
using Crik.NodeStateServer.Watching;

namespace Crik.NodeStateServer.Tests.Kubernetes;

public sealed class WatchEventTests
{
    [Theory]
    [InlineData("ADDED", "Present")]
    [InlineData("MODIFIED", "Present")]
    [InlineData("DELETED", "Deleted")]
    public void An_event_has_the_version_of_the_Node_and_the_fields_that_rules_need(string type, string kind)
    {
        string line = """{"type":"TYPE","object":{"metadata":{"name":"a","resourceVersion":"9"},"spec":{"unschedulable":true}}}""";
        NodeChange change = Parse(line.Replace("TYPE", type, StringComparison.Ordinal))!.Value;

        Assert.Equal((kind, "9", "a", true), (change.Kind.ToString(), change.Version, change.Node!.Name, change.Node.Unschedulable));
    }

    [Fact]
    public void The_fields_of_an_event_may_come_in_any_order() =>
        Assert.Equal("a", Parse("""{"x":{"type":"no"},"object":{"metadata":{"name":"a"}},"type":"ADDED"}""")!.Value.Node!.Name);

    [Fact]
    public void A_bookmark_has_a_version_and_no_Node()
    {
        NodeChange change = Parse("""{"type":"BOOKMARK","object":{"kind":"Node","metadata":{"resourceVersion":"12","creationTimestamp":null}}}""")!.Value;

        Assert.Equal((NodeChangeKind.Bookmark, "12", true), (change.Kind, change.Version, change.Node is null));
    }

    [Fact]
    public void An_event_of_an_unknown_type_is_ignored() => Assert.Null(Parse("""{"type":"RENAMED","object":{}}"""));

    [Theory]
    [InlineData("""{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}""")]
    [InlineData("""{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}""")]
    [InlineData("""{"type":"ERROR","object":{"kind":"Status","reason":"Gone"}}""")]
    public void An_ERROR_event_with_410_means_that_the_version_is_expired(string line) => Assert.Throws<WatchExpiredException>(() => Parse(line));

    [Fact]
    public void Another_ERROR_event_is_reported_with_its_message_and_needs_a_list()
    {
        NodeSourceException problem = Assert.Throws<NodeSourceException>(() => Parse("""{"type":"ERROR","object":{"code":500,"message":"etcd broke"}}"""));

        Assert.Contains("etcd broke", problem.Message, StringComparison.Ordinal);
        Assert.True(problem.MustList);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("null")]
    [InlineData("{\"type\":\"ADDED\"}")]
    [InlineData("{\"object\":{}}")]
    [InlineData("{\"type\":5,\"object\":{}}")]
    [InlineData("{\"type\":null,\"object\":{}}")]
    [InlineData("{\"type\":\"ADDED\",\"object\":null}")]
    [InlineData("{\"type\":\"ADDED\",\"object\":[]}")]
    [InlineData("{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":5}}}")]
    [InlineData("{\"type\":\"ADDED\",\"object\":{}} {")]
    public void A_line_that_is_not_an_event_is_refused(string line) => Assert.Throws<NodeSourceException>(() => Parse(line));

    [Fact]
    public void Bytes_that_are_not_UTF8_do_no_harm()
    {
        byte[] line = [.. "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\"},\"spec\":{\"taints\":[{\"key\":\""u8, 0xff, 0xfe, .. "\"}]}}}"u8];
        byte[] name = [.. "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\""u8, 0xff, .. "\"}}}"u8];

        Assert.Equal("a", WatchEvent.Parse(line, KubernetesJson.Reading([]))!.Value.Node!.Name);
        Assert.Throws<NodeSourceException>(() => WatchEvent.Parse(name, KubernetesJson.Reading([])));
    }

    private static NodeChange? Parse(string line) => WatchEvent.Parse(Encoding.UTF8.GetBytes(line), KubernetesJson.Reading([]));
}
