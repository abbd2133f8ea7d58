using System.Text;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Watching;

namespace Crik.Kubernetes.Tests.Watching;

public sealed class WatchEventTests
{
    [Theory]
    [InlineData("ADDED", "Present")]
    [InlineData("MODIFIED", "Present")]
    [InlineData("DELETED", "Deleted")]
    public void An_event_has_the_version_of_the_object_and_the_fields_of_its_document(string type, string kind)
    {
        string line = """{"type":"TYPE","object":{"metadata":{"name":"a","resourceVersion":"9"},"spec":{"unschedulable":true}}}""";
        WatchEvent<Thing> change = Parse(line.Replace("TYPE", type, StringComparison.Ordinal))!.Value;

        Assert.Equal((kind, "9", "a", true), (change.Type.ToString(), change.Version, change.Item!.Metadata!.Name, change.Item.Spec!.Unschedulable ?? false));
    }

    [Fact]
    public void The_fields_of_an_event_may_come_in_any_order() =>
        Assert.Equal("a", Parse("""{"x":{"type":"no"},"object":{"metadata":{"name":"a"}},"type":"ADDED"}""")!.Value.Item!.Metadata!.Name);

    [Fact]
    public void A_bookmark_has_a_version_and_no_object()
    {
        WatchEvent<Thing> change = Parse("""{"type":"BOOKMARK","object":{"kind":"Node","metadata":{"resourceVersion":"12","creationTimestamp":null}}}""")!.Value;

        Assert.Equal((WatchEventType.Bookmark, "12", true), (change.Type, change.Version, change.Item is null));
    }

    [Fact]
    public void An_event_of_an_unknown_type_is_ignored() => Assert.Null(Parse("""{"type":"RENAMED","object":{}}"""));

    [Theory]
    [InlineData("""{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}""")]
    [InlineData("""{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}""")]
    [InlineData("""{"type":"ERROR","object":{"kind":"Status","reason":"Gone"}}""")]
    public void An_ERROR_event_with_410_means_that_the_version_is_expired(string line) =>
        Assert.True(Assert.Throws<KubernetesException>(() => Parse(line)).IsExpired);

    [Fact]
    public void Another_ERROR_event_is_reported_with_its_message_and_code()
    {
        KubernetesException problem = Assert.Throws<KubernetesException>(() => Parse("""{"type":"ERROR","object":{"code":500,"message":"etcd broke"}}"""));

        Assert.Contains("etcd broke", problem.Message, StringComparison.Ordinal);
        Assert.Equal((500, false, true), ((int)problem.Status!, problem.IsExpired, problem.IsEvent));
    }

    [Fact]
    public void A_bookmark_may_be_the_end_of_the_objects_with_which_a_watch_begins() =>
        Assert.Equal(WatchEventType.InitialEventsEnd, Parse(
            """{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"12","annotations":{"k8s.io/initial-events-end":"true"}}}}""")!.Value.Type);

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
    public void A_line_that_is_not_an_event_is_refused(string line) => Assert.Throws<KubernetesException>(() => Parse(line));

    [Fact]
    public void Bytes_that_are_not_UTF8_do_no_harm()
    {
        byte[] skipped = [.. "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\"},\"other\":\""u8, 0xff, 0xfe, .. "\"}}"u8];
        byte[] name = [.. "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\""u8, 0xff, .. "\"}}}"u8];

        Assert.Equal("a", WatchEvent.Parse(skipped, ThingJson.Default.Thing)!.Value.Item!.Metadata!.Name);
        Assert.Throws<KubernetesException>(() => WatchEvent.Parse(name, ThingJson.Default.Thing));
    }

    private static WatchEvent<Thing>? Parse(string line) => WatchEvent.Parse(Encoding.UTF8.GetBytes(line), ThingJson.Default.Thing);
}
