using System.Net;
using System.Net.Http.Json;
using Crik.Contracts;
using Crik.StandIn;

namespace Crik.NodeStateServer.Tests.Endpoints;

/// <summary>Tests what a client hears that has asked another replica before.</summary>
public sealed class NotOlderThanTests : IAsyncLifetime
{
    private const string Drain = "ToBeDeletedByClusterAutoscaler";

    private static readonly string s_node = StandInNodes.Name(1);

    private readonly StandInCluster _cluster = new();
    private StandInApiServer _api = null!;
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        for (int i = 0; i < 3; i++)
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
    public async Task A_request_waits_for_the_version_that_another_replica_has_seen()
    {
        string version = $"{_cluster.Version + 1}";
        Task<HttpResponseMessage> request = _server.Http.GetAsync($"/v1/nodes/{s_node}?wait=60s&version=1&notOlderThan={version}");
        _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));

        using HttpResponseMessage response = await Eventually.InTimeAsync(request);
        NodeStateResponse answer = (await response.Content.ReadFromJsonAsync(ContractsJson.Default.NodeStateResponse))!;
        Assert.Equal((NodeState.ShuttingDown, version), (answer.State, answer.ResourceVersion));
    }

    [Fact]
    public async Task A_replica_that_lags_says_so_and_when_to_ask_again()
    {
        using HttpResponseMessage response = await _server.Http.GetAsync($"/v1/nodes/{s_node}?notOlderThan={_cluster.Version + 7}");

        NodeStateResponse answer = (await response.Content.ReadFromJsonAsync(ContractsJson.Default.NodeStateResponse))!;
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(1)), (response.StatusCode, response.Headers.RetryAfter!.Delta));
        Assert.Equal((NodeState.Unknown, 0, null), (answer.State, answer.Version, answer.ResourceVersion));
        Assert.Equal($"this replica lags: it has seen the cluster up to resource version {_cluster.Version}, and the caller knows {_cluster.Version + 7}", answer.Reason);
        Assert.NotNull(answer.ObservedAt);
    }

    [Fact]
    public async Task A_node_that_this_replica_does_not_know_yet_is_waited_for()
    {
        string name = StandInNodes.Name(77);
        Task<NodeStateResponse> request = _server.GetAsync(name, $"?wait=60s&notOlderThan={_cluster.Version + 1}");

        _cluster.Apply(StandInNodes.Make(77));

        // The wait for a change begins when the node is seen, so only the next change answers.
        await Eventually.TrueAsync(async () => await _server.MetricAsync("crik_long_polls") == 1, "the poll waits for a change");
        _cluster.Edit(name, node => StandInNodes.Taint(node, Drain));
        Assert.Equal(NodeState.ShuttingDown, (await Eventually.InTimeAsync(request)).State);
    }

    [Fact]
    public async Task A_deleted_or_unknown_node_is_answered_from_the_version_of_its_deletion_on()
    {
        _cluster.Delete(s_node);
        await _server.UntilStateAsync(s_node, NodeState.Gone);

        NodeStateResponse gone = await _server.GetAsync(s_node, $"?notOlderThan={_cluster.Version}");
        NodeStateResponse unknown = await _server.GetAsync("nope", $"?notOlderThan={_cluster.Version}");

        Assert.Equal((NodeState.Gone, $"{_cluster.Version}"), (gone.State, gone.ResourceVersion));
        Assert.Equal((NodeState.Unknown, "the cluster has no Node of this name", null), (unknown.State, unknown.Reason, unknown.ResourceVersion));
    }

    [Fact]
    public async Task A_deletion_that_another_replica_knows_with_the_later_version_of_a_list_is_told_as_well()
    {
        _cluster.Delete(s_node);
        await _server.UntilStateAsync(s_node, NodeState.Gone);

        NodeStateResponse gone = await _server.GetAsync(s_node, $"?notOlderThan={_cluster.Version + 7}");

        Assert.Equal((NodeState.Gone, $"{_cluster.Version}"), (gone.State, gone.ResourceVersion));
    }

    [Fact]
    public async Task A_heartbeat_of_the_node_does_not_answer_a_poll_and_later_answers_have_its_version()
    {
        long version = (await _server.GetAsync(s_node)).Version;
        Task<NodeStateResponse> poll = _server.GetAsync(s_node, $"?wait=60s&version={version}&notOlderThan={_cluster.Version}");
        await Eventually.TrueAsync(async () => await _server.MetricAsync("crik_long_polls") == 1, "a poll is open");

        _cluster.Edit(s_node, node => node["status"]!["images"] = new System.Text.Json.Nodes.JsonArray());
        await Eventually.TrueAsync(async () => (await _server.GetAsync(s_node)).ResourceVersion == $"{_cluster.Version}", "the heartbeat has arrived");
        Assert.False(poll.IsCompleted);
        _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));

        Assert.Equal(NodeState.ShuttingDown, (await Eventually.InTimeAsync(poll)).State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("abc")]
    [InlineData("v9-17")]
    public async Task A_version_that_cannot_be_compared_is_answered_at_once(string version) =>
        Assert.Equal(NodeState.Ready, (await _server.GetAsync(s_node, $"?notOlderThan={version}")).State);
}
