using System.Net;
using System.Net.Sockets;
using System.Text;
using Crik.Contracts;
using Crik.NodeStateServer.Endpoints;
using Crik.StandIn;
using Microsoft.Extensions.DependencyInjection;

namespace Crik.NodeStateServer.Tests.Endpoints;

/// <summary>Tests that clients that do not read take little memory, and no place for long.</summary>
public sealed class SlowReaderTests : IAsyncLifetime
{
    private readonly StandInCluster _cluster = new();
    private readonly List<TcpClient> _clients = [];
    private StandInApiServer _api = null!;

    public async Task InitializeAsync()
    {
        for (int i = 0; i < 3000; i++)
        {
            _cluster.Apply(StandInNodes.Make(i));
        }

        _api = await StandInApiServer.StartAsync(_cluster);
    }

    public async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _api.DisposeAsync();
    }

    [Theory]
    [InlineData("/v1/nodes", "crik_lists")]
    [InlineData("/v1/watch", "crik_streams")]
    public async Task When_all_places_are_taken_another_reader_gets_503_and_single_nodes_are_answered(string path, string metric)
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, RunningServer.Options with { MaxLists = 2, MaxStreams = 2 });
        await OpenAsync(server, path);
        await OpenAsync(server, path);
        await Eventually.TrueAsync(async () => await server.MetricAsync(metric) == 2, "both places are taken");

        using HttpResponseMessage refusal = await server.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.StatusCode);
        Assert.InRange(refusal.Headers.RetryAfter!.Delta!.Value.TotalSeconds, Answers.LeastRetrySeconds, Answers.MostRetrySeconds);
        Assert.Contains("\"error\":\"2 ", await refusal.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await server.MetricAsync(metric + "_refused_total"));
        Assert.Equal(NodeState.Ready, (await server.GetAsync(StandInNodes.Name(1))).State);
        Assert.True(await server.IsReadyAsync());
    }

    [Theory]
    [InlineData("/v1/nodes", "crik_lists", "nodes", 200, 60_000)]
    [InlineData("/v1/nodes", "crik_lists", "nodes", 60_000, 200)]
    [InlineData("/v1/watch", "crik_streams", "watch", 200, 60_000)]
    [InlineData("/v1/watch", "crik_streams", "watch", 60_000, 200)]
    public async Task A_reader_that_takes_nothing_or_not_enough_is_disconnected(string path, string metric, string route, int stall, int whole)
    {
        DeliveryLimits limits = new(TimeSpan.FromMilliseconds(stall), TimeSpan.FromMilliseconds(whole));
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, more: services => services.AddSingleton(limits));

        TcpClient deaf = await OpenAsync(server, path);

        await Eventually.TrueAsync(async () => await server.MetricAsync("crik_slow_readers_total") == 1, "the reader is disconnected");
        await Eventually.TrueAsync(async () => await server.MetricAsync(metric) == 0, "its place is free");
        await Eventually.TrueAsync(async () => await server.MetricAsync($"crik_requests_total{{route=\"{route}\",code=\"499\"}}") == 1, "it is counted as an answer that was not taken");
        await Assert.ThrowsAnyAsync<IOException>(() => Eventually.InTimeAsync(deaf.GetStream().CopyToAsync(Stream.Null)));
    }

    [Fact]
    public async Task A_stream_that_was_read_to_its_end_is_not_disconnected_while_nothing_changes()
    {
        DeliveryLimits limits = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(20));
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, more: services => services.AddSingleton(limits));
        await using EventStream stream = await EventStream.OpenAsync(server);
        await stream.UntilSyncedAsync();
        await Task.Delay(600); // three times as long as a reader may take nothing

        _cluster.Edit(StandInNodes.Name(7), node => StandInNodes.Taint(node, "ToBeDeletedByClusterAutoscaler"));

        Assert.Contains("shutting-down", (await stream.NextAsync()).Data, StringComparison.Ordinal);
        Assert.Equal(0, await server.MetricAsync("crik_slow_readers_total"));
    }

    [Fact]
    public async Task A_list_has_its_length_and_is_whole()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);
        foreach (string query in (string[])["", "?state=ready", "?state=gone"])
        {
            using HttpResponseMessage head = await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/v1/nodes" + query));
            byte[] body = await server.Http.GetByteArrayAsync("/v1/nodes" + query);

            NodeListResponse list = System.Text.Json.JsonSerializer.Deserialize(body, ContractsJson.Default.NodeListResponse)!;
            Assert.Equal(query.EndsWith("gone", StringComparison.Ordinal) ? 0 : 3000, list.Nodes.Count);
            Assert.Equal(list.Nodes.Select(node => node.Name).Order(StringComparer.Ordinal), list.Nodes.Select(node => node.Name));
            Assert.All(list.Nodes, node => Assert.NotNull(node.ResourceVersion));
            Assert.NotNull(list.ObservedAt);
            Assert.Equal(body.Length, head.Content.Headers.ContentLength);
        }
    }

    private async Task<TcpClient> OpenAsync(RunningServer server, string path)
    {
        TcpClient client = new() { ReceiveBufferSize = 4096 };
        _clients.Add(client);
        await client.ConnectAsync(IPAddress.Loopback, server.States.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n"));
        return client;
    }
}
