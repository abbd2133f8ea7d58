using System.Text;
using Crik.Kubernetes.Api;

namespace Crik.Kubernetes.Tests.Api;

public sealed class ListReaderTests
{
    private const string List = """
        {"kind":"NodeList","apiVersion":"v1","metadata":{"resourceVersion":"7","continue":"c"},
         "items":[{"metadata":{"name":"a","managedFields":[{"x":[1,2,{"y":"}]"}]}]},"spec":{"unschedulable":true}}, {"metadata":{"name":"ü"}}]}
        """;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1 << 20)]
    public async Task A_list_can_arrive_in_pieces_of_any_size(int piece)
    {
        (List<Thing> nodes, ListMetadata? metadata) = await ReadAsync(List, piece);

        Assert.Equal(["a", "ü"], nodes.Select(node => node.Metadata!.Name));
        Assert.True(nodes[0].Spec!.Unschedulable);
        Assert.Equal(("7", "c"), (metadata!.ResourceVersion, metadata.Continue));
    }

    [Theory]
    [InlineData("""{"items":[{"metadata":{"name":"a"}}],"metadata":{"resourceVersion":"7"}}""", 1)]
    [InlineData("""{"items":null,"metadata":{"resourceVersion":"7"}}""", 0)]
    [InlineData("""{"items":[],"metadata":{"resourceVersion":"7"},"new":{"deep":[[]]}}""", 0)]
    [InlineData("""{"metadata":{"resourceVersion":"7"}}""", 0)]
    public async Task The_fields_of_a_list_may_come_in_any_order_or_be_missing(string list, int count)
    {
        (List<Thing> nodes, ListMetadata? metadata) = await ReadAsync(list, 3);

        Assert.Equal(count, nodes.Count);
        Assert.Equal("7", metadata!.ResourceVersion);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"items\":[{\"metadata\"")]
    [InlineData("{\"items\":[")]
    [InlineData("<html>gateway</html>")]
    [InlineData("[]")]
    [InlineData("{\"items\":[null]}")]
    [InlineData("{\"items\":[5]}")]
    [InlineData("{\"items\":[{\"spec\":{\"taints\":5}}]}")]
    public async Task A_list_that_is_incomplete_or_invalid_is_refused(string list) =>
        await Assert.ThrowsAsync<KubernetesException>(() => ReadAsync(list, 5));

    [Fact]
    public async Task An_object_over_the_limit_is_refused_before_it_is_in_memory()
    {
        PiecewiseStream endless = new(EndlessObject(), 64 << 10);
        using ResponseBuffer buffer = new(endless);

        KubernetesException problem = await Assert.ThrowsAsync<KubernetesException>(async () =>
            await new ListReader<Thing>(buffer, ThingJson.Default.Thing).ReadAsync(CancellationToken.None));

        Assert.Contains("more than", problem.Message, StringComparison.Ordinal);
        Assert.InRange(endless.BytesRead, ResponseBuffer.Most, ResponseBuffer.Most * 2);
    }

    [Fact]
    public async Task A_large_list_is_read_in_a_small_buffer()
    {
        PiecewiseStream large = new(LargeList(2000), 16 << 10);
        using ResponseBuffer buffer = new(large);
        ListReader<Thing> reader = new(buffer, ThingJson.Default.Thing);
        int count = 0;
        while (await reader.ReadAsync(CancellationToken.None) is not null)
        {
            count++;
            Assert.InRange(buffer.Capacity, 0, 64 << 10);
        }

        Assert.Equal(2000, count);
        Assert.InRange(large.BytesRead, 15_000_000, long.MaxValue);
    }

    private static async Task<(List<Thing> Nodes, ListMetadata? Metadata)> ReadAsync(string list, int piece)
    {
        using ResponseBuffer buffer = new(new PiecewiseStream([Encoding.UTF8.GetBytes(list)], piece));
        ListReader<Thing> reader = new(buffer, ThingJson.Default.Thing);
        List<Thing> nodes = [];
        while (await reader.ReadAsync(CancellationToken.None) is { } node)
        {
            nodes.Add(node);
        }

        return (nodes, reader.Metadata);
    }

    private static IEnumerable<byte[]> EndlessObject()
    {
        yield return "{\"items\":[{\"metadata\":{\"name\":\""u8.ToArray();
        while (true)
        {
            yield return Encoding.ASCII.GetBytes(new string('a', 1 << 16));
        }
    }

    private static IEnumerable<byte[]> LargeList(int count)
    {
        yield return "{\"items\":["u8.ToArray();
        byte[] node = Encoding.UTF8.GetBytes(StandIn.StandInNodes.Make(1).ToJsonString());
        for (int i = 0; i < count; i++)
        {
            yield return node;
            yield return i == count - 1 ? "]"u8.ToArray() : ","u8.ToArray();
        }

        yield return ",\"metadata\":{\"resourceVersion\":\"7\"}}"u8.ToArray();
    }
}
