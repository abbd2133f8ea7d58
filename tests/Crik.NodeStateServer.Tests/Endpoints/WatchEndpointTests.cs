using System.Text.Json;
using Crik.Contracts;
using Crik.StandIn;

namespace Crik.NodeStateServer.Tests.Endpoints;

public sealed class WatchEndpointTests : IAsyncLifetime
{
    private const string Drain = "ToBeDeletedByClusterAutoscaler";

    private readonly StandInCluster _cluster = new();
    private StandInApiServer _api = null!;
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        for (int i = 0; i < 300; i++)
        {
            _cluster.Apply(StandInNodes.Make(i));
        }

        _api = await StandInApiServer.StartAsync(_cluster);
        _server = await RunningServer.StartReadyAsync(_api);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_has_first_every_node_then_synced_then_each_change()
    {
        await using EventStream stream = await EventStream.OpenAsync(_server);
        List<StreamEvent> start = await stream.UntilSyncedAsync();
        Assert.Equal(300, start.Count(one => one.Type == "node"));
        Assert.All(start[..^1], one => Assert.Null(one.Id));
        Assert.Equal("{\"nodes\":300}", start[^1].Data);

        _cluster.Edit(StandInNodes.Name(7), node => StandInNodes.Taint(node, Drain));
        StreamEvent change = await stream.NextAsync();

        NodeStateResponse answer = JsonSerializer.Deserialize(change.Data, ContractsJson.Default.NodeStateResponse)!;
        Assert.Equal(("node", StandInNodes.Name(7), NodeState.ShuttingDown), (change.Type, answer.Name, answer.State));
        Assert.NotNull(change.Id);
    }

    [Fact]
    public async Task A_client_that_reconnects_gets_only_the_changes_it_missed()
    {
        string? last;
        await using (EventStream stream = await EventStream.OpenAsync(_server))
        {
            last = (await stream.UntilSyncedAsync())[^1].Id;
        }

        for (int i = 10; i < 13; i++)
        {
            _cluster.Edit(StandInNodes.Name(i), node => StandInNodes.Taint(node, Drain));
            await _server.UntilStateAsync(StandInNodes.Name(i), NodeState.ShuttingDown);
        }

        await using EventStream again = await EventStream.OpenAsync(_server, last);
        List<StreamEvent> missed = await again.UntilSyncedAsync();

        Assert.Equal(["node", "node", "node", "synced"], missed.Select(one => one.Type));
        Assert.Contains(StandInNodes.Name(12), missed[2].Data, StringComparison.Ordinal);
        await using EventStream third = await EventStream.OpenAsync(_server, missed[1].Id);
        Assert.Equal(["node", "synced"], (await third.UntilSyncedAsync()).Select(one => one.Type));
    }

    [Fact]
    public async Task A_client_with_an_id_of_another_process_gets_every_node()
    {
        await using EventStream stream = await EventStream.OpenAsync(_server, "0123456789ab-7");

        Assert.Equal(301, (await stream.UntilSyncedAsync()).Count);
    }

    [Fact]
    public async Task A_thousand_changes_arrive_complete_and_in_order()
    {
        await using EventStream stream = await EventStream.OpenAsync(_server);
        await stream.UntilSyncedAsync();
        for (int i = 0; i < 1000; i++)
        {
            _cluster.Edit(StandInNodes.Name(i % 300), node =>
            {
                if (node["spec"]!["taints"] is null)
                {
                    StandInNodes.Taint(node, Drain);
                }
                else
                {
                    StandInNodes.RemoveTaints(node);
                }
            });
        }

        long previous = -1;
        for (int i = 0; i < 1000; i++)
        {
            StreamEvent change = await stream.NextAsync();
            long number = long.Parse(change.Id!.Split('-')[1], System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(previous < 0 || number == previous + 1);
            previous = number;
            NodeStateResponse answer = JsonSerializer.Deserialize(change.Data, ContractsJson.Default.NodeStateResponse)!;
            Assert.Equal((StandInNodes.Name(i % 300), i / 300 % 2 == 0 ? NodeState.ShuttingDown : NodeState.Ready), (answer.Name, answer.State));
        }
    }

    [Fact]
    public async Task When_the_server_stops_the_stream_ends_without_an_error()
    {
        await using EventStream stream = await EventStream.OpenAsync(_server);
        await stream.UntilSyncedAsync();
        Assert.Equal(1, await _server.MetricAsync("crik_streams"));

        Task stop = _server.StopAsync();

        Assert.True(await Eventually.InTimeAsync(stream.IsOverAsync()));
        await Eventually.InTimeAsync(stop);
    }
}
