using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Crik.Contracts;
using Crik.StandIn;

namespace Crik.NodeStateServer.Tests.Endpoints;

public sealed class NodeEndpointsTests : IAsyncLifetime
{
    private const string Drain = "ToBeDeletedByClusterAutoscaler";

    private static readonly string s_node = StandInNodes.Name(1);

    private readonly StandInCluster _cluster = new();
    private StandInApiServer _api = null!;
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        for (int i = 0; i < 5; i++)
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
    public async Task The_answer_about_a_node_has_state_reason_since_deadline_version_and_when_it_was_observed()
    {
        _cluster.Edit(s_node, node =>
        {
            StandInNodes.Taint(node, "karpenter.sh/disrupted");
            node["metadata"]!["annotations"]!["karpenter.sh/nodeclaim-termination-timestamp"] = "2026-03-02T19:32:05Z";
        });
        await _server.UntilStateAsync(s_node, NodeState.ShuttingDown);

        using HttpResponseMessage response = await _server.Http.GetAsync($"/v1/nodes/{s_node}");
        JsonElement answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal(["name", "state", "reason", "since", "deadline", "version", "resourceVersion", "observedAt"], answer.EnumerateObject().Select(property => property.Name));
        Assert.Equal((s_node, "shutting-down", "2026-03-02T19:32:05+00:00"),
            (answer.GetProperty("name").GetString(), answer.GetProperty("state").GetString(), answer.GetProperty("deadline").GetString()));
        Assert.Equal("Karpenter will end the node at a fixed time (annotation karpenter.sh/nodeclaim-termination-timestamp)", answer.GetProperty("reason").GetString());
        Assert.Equal((string)_cluster.Get(s_node)["metadata"]!["resourceVersion"]!, answer.GetProperty("resourceVersion").GetString());
        Assert.InRange(answer.GetProperty("observedAt").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task The_answer_about_an_unknown_node_is_404_with_the_state_unknown()
    {
        using HttpResponseMessage response = await _server.Http.GetAsync("/v1/nodes/nope");
        NodeStateResponse answer = (await response.Content.ReadFromJsonAsync(ContractsJson.Default.NodeStateResponse))!;

        Assert.Equal((HttpStatusCode.NotFound, "nope", NodeState.Unknown, 0), (response.StatusCode, answer.Name, answer.State, answer.Version));
    }

    [Theory]
    [InlineData("/v1/nodes/")]
    [InlineData("/v1/nodes/UPPER")]
    [InlineData("/v1/nodes/a/b")]
    [InlineData("/v1/nodes/a%2Fb")]
    [InlineData("/v1/nodes/..%2f..")]
    [InlineData("/nodes/UPPER")]
    [InlineData("/nodes/")]
    [InlineData("/node-state")]
    [InlineData("/node-state?name=")]
    [InlineData("/node-state?name=UPPER")]
    [InlineData("/v1/nodes/a?wait=soon")]
    [InlineData("/v1/nodes/a?wait=-1s")]
    [InlineData("/v1/nodes/a?wait=1s&version=one")]
    [InlineData("/v1/nodes/a?wait=1s&version=-1")]
    [InlineData("/v1/nodes?state=sleeping")]
    public async Task The_answer_to_a_bad_request_is_400_with_the_problem(string path)
    {
        using HttpResponseMessage response = await _server.Http.GetAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotEmpty((await response.Content.ReadFromJsonAsync(ContractsJson.Default.ErrorResponse))!.Error);
    }

    [Theory]
    [InlineData("ready", "unknown")]
    [InlineData("cordoned", "unknown")]
    [InlineData("shutting-down", "shutting-down")]
    [InlineData("gone", "shutting-down")]
    [InlineData("unknown", "unknown")]
    public async Task The_paths_of_the_original_server_answer_200_with_two_keys_and_two_states(string state, string expected)
    {
        string name = state == "unknown" ? "nope" : s_node;
        await MakeAsync(state);

        foreach (string path in (string[])[$"/nodes/{name}", $"/nodes/{name}/", $"/node-state?name={name}", $"/node-state?node={name}"])
        {
            using HttpResponseMessage response = await _server.Http.GetAsync(path);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal($"{{\"name\":\"{name}\",\"state\":\"{expected}\"}}", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task All_nodes_are_listed_by_name_and_can_be_filtered_by_state()
    {
        await MakeAsync("shutting-down");

        NodeListResponse all = (await _server.Http.GetFromJsonAsync("/v1/nodes", ContractsJson.Default.NodeListResponse))!;
        NodeListResponse some = (await _server.Http.GetFromJsonAsync("/v1/nodes?state=shutting-down", ContractsJson.Default.NodeListResponse))!;
        NodeListResponse none = (await _server.Http.GetFromJsonAsync("/v1/nodes?state=gone", ContractsJson.Default.NodeListResponse))!;

        Assert.Equal(Enumerable.Range(0, 5).Select(StandInNodes.Name), all.Nodes.Select(node => node.Name));
        Assert.Equal(s_node, Assert.Single(some.Nodes).Name);
        Assert.Empty(none.Nodes);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    public async Task Methods_other_than_GET_and_HEAD_are_answered_with_405_and_the_allowed_methods(string method)
    {
        foreach (Uri address in (Uri[])[
            new Uri(_server.States, $"/v1/nodes/{s_node}"), new Uri(_server.States, "/v1/nodes"), new Uri(_server.States, "/v1/watch"),
            new Uri(_server.States, $"/nodes/{s_node}"), new Uri(_server.Metrics, "/metrics"), new Uri(_server.Health, "/readyz")])
        {
            using HttpResponseMessage response = await _server.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), address));

            Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
            Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow);
        }
    }

    [Fact]
    public async Task HEAD_is_answered_as_GET_without_the_body()
    {
        using HttpResponseMessage response = await _server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/v1/nodes/{s_node}"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Content.Headers.ContentLength > 0);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Each_port_serves_its_own_paths_only()
    {
        (Uri Port, string Path)[] wrong =
        [
            (_server.States, "/metrics"), (_server.States, "/healthz"), (_server.States, "/"), (_server.States, "/v2/nodes"),
            (_server.Metrics, $"/v1/nodes/{s_node}"), (_server.Metrics, "/healthz"),
            (_server.Health, $"/v1/nodes/{s_node}"), (_server.Health, "/metrics"),
        ];
        foreach ((Uri port, string path) in wrong)
        {
            using HttpResponseMessage response = await _server.Http.GetAsync(new Uri(port, path));
            Assert.Equal((HttpStatusCode.NotFound, path), (response.StatusCode, path));
        }
    }

    [Fact]
    public async Task A_long_poll_is_answered_when_its_node_changes_and_not_earlier()
    {
        NodeStateResponse before = await _server.GetAsync(s_node);
        Task<NodeStateResponse> poll = _server.GetAsync(s_node, $"?wait=60s&version={before.Version}");
        await Eventually.TrueAsync(async () => await _server.MetricAsync("crik_long_polls") == 1, "a poll is open");

        _cluster.Edit(StandInNodes.Name(2), node => StandInNodes.Taint(node, Drain)); // this is another node
        await _server.UntilStateAsync(StandInNodes.Name(2), NodeState.ShuttingDown);
        Assert.False(poll.IsCompleted);

        // No rule reads the field of the first change, so only the second one counts.
        _cluster.Edit(s_node, node => node["status"]!["images"] = new System.Text.Json.Nodes.JsonArray());
        _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));

        NodeStateResponse after = await Eventually.InTimeAsync(poll);
        Assert.Equal(NodeState.ShuttingDown, after.State);
        Assert.NotEqual(before.Version, after.Version);
        Assert.Equal(0, await _server.MetricAsync("crik_long_polls"));
        await Eventually.TrueAsync(async () => await _server.MetricAsync("crik_event_to_answer_seconds_count") == 1, "the time from the event to the answer is measured");
    }

    [Fact]
    public async Task A_long_poll_with_an_old_version_is_answered_at_once() =>
        Assert.Equal(NodeState.Ready, (await Eventually.InTimeAsync(_server.GetAsync(s_node, "?wait=5m&version=1"))).State);

    [Fact]
    public async Task A_long_poll_is_answered_when_its_wait_or_the_maximum_wait_is_over()
    {
        Assert.Equal(NodeState.Ready, (await Eventually.InTimeAsync(_server.GetAsync(s_node, "?wait=50ms"))).State);
        await using RunningServer strict = await RunningServer.StartReadyAsync(_api, RunningServer.Options with { MaxWait = TimeSpan.FromMilliseconds(50) });
        Assert.Equal(NodeState.Ready, (await Eventually.InTimeAsync(strict.GetAsync(s_node, "?wait=30h"))).State);
    }

    [Fact]
    public async Task A_long_poll_for_an_unknown_node_is_answered_when_the_node_is_created()
    {
        Task<NodeStateResponse> poll = _server.GetAsync(StandInNodes.Name(77), "?wait=60s&version=0");
        await Eventually.TrueAsync(async () => await _server.MetricAsync("crik_long_polls") == 1, "a poll is open");

        _cluster.Apply(StandInNodes.Make(77));

        Assert.Equal(NodeState.Ready, (await Eventually.InTimeAsync(poll)).State);
    }

    [Fact]
    public async Task A_client_that_disconnects_leaves_no_open_long_poll()
    {
        using CancellationTokenSource leaving = new();
        Task poll = _server.Http.GetAsync($"/v1/nodes/{s_node}?wait=5m", leaving.Token);
        await Eventually.TrueAsync(async () => await _server.MetricAsync("crik_long_polls") == 1, "a poll is open");

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);
        await Eventually.TrueAsync(async () => await _server.MetricAsync("crik_long_polls") == 0, "no poll is open");
        await Eventually.TrueAsync(async () => await _server.MetricAsync("crik_requests_total{route=\"wait\",code=\"499\"}") == 1, "the poll is counted as one that was left");
        Assert.Equal(double.NaN, await _server.MetricAsync("crik_requests_total{route=\"wait\",code=\"200\"}"));
        Assert.DoesNotContain(_server.Log, line => line.Contains("\"level\":\"error\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Before_the_first_list_is_complete_every_answer_is_503()
    {
        _api.Intercept = async context =>
        {
            await StandInApiServer.RefuseAsync(context, 503, "ServiceUnavailable", "not yet");
            return true;
        };
        await using RunningServer server = await RunningServer.StartAsync(_api);

        foreach (string path in (string[])[$"/v1/nodes/{s_node}", $"/v1/nodes/{s_node}?wait=5m", $"/nodes/{s_node}", $"/node-state?name={s_node}", "/v1/nodes", "/v1/watch"])
        {
            using HttpResponseMessage response = await server.Http.GetAsync(path);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter!.Delta);
        }

        Assert.Equal(NodeState.Unknown, (await server.GetAsync(s_node)).State);
        using HttpResponseMessage alive = await server.Http.GetAsync(new Uri(server.Health, "/healthz"));
        using HttpResponseMessage ready = await server.Http.GetAsync(new Uri(server.Health, "/readyz"));
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        Assert.Equal("the first list of all Nodes is not complete yet\n", await ready.Content.ReadAsStringAsync());
    }

    private async Task MakeAsync(string state)
    {
        switch (state)
        {
            case "cordoned":
                _cluster.Edit(s_node, node => node["spec"]!["unschedulable"] = true);
                break;
            case "shutting-down":
                _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));
                break;
            case "gone":
                _cluster.Delete(s_node);
                break;
            default:
                return;
        }

        Assert.True(NodeStateNames.TryParse(state, out NodeState expected));
        await _server.UntilStateAsync(s_node, expected);
    }
}
