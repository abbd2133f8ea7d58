using System.Text.Json;
using Crik.Contracts;
using Crik.NodeStateServer.Configuration;
using Crik.StandIn;
using Microsoft.AspNetCore.Http;

namespace Crik.NodeStateServer.Tests.Watching;

/// <summary>
/// Tests the whole server with an API server that answers normally, and with one that fails in many ways.
/// </summary>
public sealed class NodeWatcherTests : IAsyncLifetime
{
    private const string Drain = "ToBeDeletedByClusterAutoscaler";

    private static readonly string s_node = StandInNodes.Name(3);

    private readonly StandInCluster _cluster = new();
    private StandInApiServer _api = null!;

    public async Task InitializeAsync()
    {
        for (int i = 0; i < 25; i++)
        {
            _cluster.Apply(StandInNodes.Make(i));
        }

        // The kernel does not give such a port to another process while the API server is stopped.
        // It has no WatchList, so that lists and watches are separate requests.
        _api = await StandInApiServer.StartAsync(_cluster, port: FreePorts.Find(1)[0]);
        _api.StreamsLists = false;
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Nodes_are_listed_in_pages_and_then_watched_from_the_version_of_the_list()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, RunningServer.Options with { PageSize = 10 });

        Assert.Equal(25, await server.MetricAsync("crik_nodes{state=\"ready\"}"));
        await _api.UntilWatchedAsync();
        string[] requests = _api.Requests[1..]; // the first one asks for a list as the beginning of a watch
        Assert.Equal("GET /api/v1/nodes?limit=10", requests[0]);
        Assert.All(requests[1..3], request => Assert.StartsWith("GET /api/v1/nodes?limit=10&continue=", request, StringComparison.Ordinal));
        Assert.StartsWith("GET /api/v1/nodes?watch=true&allowWatchBookmarks=true&resourceVersion=1025&timeoutSeconds=", requests[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_begins_and_ends_with_its_sign()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);

        for (int i = 0; i < 3; i++)
        {
            _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));
            await server.UntilStateAsync(s_node, NodeState.ShuttingDown);
            _cluster.Edit(s_node, StandInNodes.RemoveTaints);
            await server.UntilStateAsync(s_node, NodeState.Ready);
        }
    }

    [Fact]
    public async Task A_new_Node_becomes_known_and_a_deleted_one_gone()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);

        _cluster.Apply(StandInNodes.Make(100));
        await server.UntilStateAsync(StandInNodes.Name(100), NodeState.Ready);
        _cluster.Delete(StandInNodes.Name(100));
        await server.UntilStateAsync(StandInNodes.Name(100), NodeState.Gone);
    }

    [Fact]
    public async Task A_watch_that_is_cut_continues_without_a_new_list()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);
        _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));
        await server.UntilStateAsync(s_node, NodeState.ShuttingDown);
        string seen = (string)_cluster.Get(s_node)["metadata"]!["resourceVersion"]!;

        await _api.CutWatchesAsync();
        _cluster.Edit(s_node, StandInNodes.RemoveTaints);

        await server.UntilStateAsync(s_node, NodeState.Ready);
        Assert.Contains(_api.Requests, request => request.Contains($"resourceVersion={seen}&", StringComparison.Ordinal));
        Assert.Equal(1, await server.MetricAsync("crik_node_lists_total"));
    }

    [Fact]
    public async Task A_watch_that_the_API_server_ends_is_opened_again()
    {
        _api.Intercept = Sending(endAfterwards: true, _ => []); // each watch ends immediately
        await using RunningServer server = await RunningServer.StartAsync(_api);
        await Eventually.TrueAsync(() => _api.Requests.Count(IsWatch) >= 3, "three watches were started");

        _api.Intercept = null;
        _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));

        await server.UntilStateAsync(s_node, NodeState.ShuttingDown);
        Assert.Equal(1, await server.MetricAsync("crik_node_lists_total"));
    }

    [Fact]
    public async Task The_next_watch_starts_at_the_version_of_the_last_bookmark()
    {
        _api.BookmarkEvery = TimeSpan.FromMilliseconds(20);
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);
        for (int i = 0; i < 100; i++)
        {
            _cluster.ChangeSomethingElse();
        }

        await Eventually.TrueAsync(async () => await server.MetricAsync("crik_watch_events_total{kind=\"bookmark\"}") > 0, "a bookmark has arrived");
        double bookmarks = await server.MetricAsync("crik_watch_events_total{kind=\"bookmark\"}");
        await Eventually.TrueAsync(async () => await server.MetricAsync("crik_watch_events_total{kind=\"bookmark\"}") > bookmarks + 1, "two more bookmarks have arrived");
        _cluster.Compact(); // without the bookmark, the next watch would get 410
        await _api.CutWatchesAsync();

        await Eventually.TrueAsync(() => _api.Requests.Count(IsWatch) >= 2, "a second watch was started");
        _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));
        await server.UntilStateAsync(s_node, NodeState.ShuttingDown);
        Assert.Equal(0, await server.MetricAsync("crik_node_relists_total"));
    }

    [Fact]
    public async Task An_expired_version_leads_to_a_new_list_and_no_change_is_missed()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);
        await CutAndMissAsync(); // the next watch gets an ERROR event with 410

        await server.UntilStateAsync(s_node, NodeState.ShuttingDown);
        await server.UntilStateAsync(StandInNodes.Name(4), NodeState.Gone);
        Assert.Equal(1, await server.MetricAsync("crik_node_relists_total"));
        await server.UntilReadyAsync();
    }

    [Fact]
    public async Task Status_410_leads_to_a_new_list_too()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);
        int refusals = 0;
        _api.Intercept = async context =>
        {
            if (!IsWatch(context) || Interlocked.Increment(ref refusals) > 1)
            {
                return false;
            }

            await StandInApiServer.RefuseAsync(context, 410, "Gone", "too old resource version");
            return true;
        };
        _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));
        await _api.CutWatchesAsync();

        await server.UntilStateAsync(s_node, NodeState.ShuttingDown);
        await Eventually.TrueAsync(async () => await server.MetricAsync("crik_node_relists_total") == 1, "the Nodes were listed once more");
    }

    [Fact]
    public async Task A_list_whose_pages_expire_is_started_again()
    {
        int compactions = 0;
        _api.Intercept = context =>
        {
            if (context.Request.Query.ContainsKey("continue") && Interlocked.Increment(ref compactions) == 2)
            {
                _cluster.ChangeSomethingElse();
                _cluster.Compact();
            }

            return Task.FromResult(false);
        };
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, RunningServer.Options with { PageSize = 5 });

        Assert.Equal(25, await server.MetricAsync("crik_nodes{state=\"ready\"}"));
        Assert.Equal(2, await server.MetricAsync("crik_node_lists_total"));
    }

    [Fact]
    public async Task An_API_server_that_refuses_every_version_is_asked_with_pauses()
    {
        _api.Intercept = async context =>
        {
            if (!IsWatch(context))
            {
                return false;
            }

            await StandInApiServer.RefuseAsync(context, 410, "Gone", "always");
            return true;
        };
        await using RunningServer server = await RunningServer.StartAsync(_api);
        await Eventually.TrueAsync(() => _api.Requests.Count(IsWatch) >= 3, "three watches were tried");

        // The pauses grow to some seconds, so there are only a few requests.
        Assert.InRange(_api.Requests.Length, 6, 20);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Expired_versions_after_status_200_are_failures_and_make_the_server_unready(bool streamsLists)
    {
        _api.StreamsLists = streamsLists;
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, RunningServer.Options with { NotReadyAfter = TimeSpan.FromMilliseconds(500) });
        _api.Intercept = async context =>
        {
            if (!context.Request.Query.ContainsKey("watch"))
            {
                return false;
            }

            await StandInApiServer.SendErrorAsync(context, 410, "Expired", "too old resource version");
            return true;
        };
        await _api.CutWatchesAsync();

        await Eventually.TrueAsync(async () => await server.MetricAsync("crik_source_failures_total") >= 5, "five failures were counted");
        await Eventually.TrueAsync(async () => !await server.IsReadyAsync(), "the server is not ready");
        Assert.InRange(await server.MetricAsync("crik_node_lists_total"), 3, 8); // one for each failure, after a pause
        Assert.Equal(NodeState.Ready, (await server.GetAsync(s_node)).State); // the last known state
        _api.Intercept = null;
        await server.UntilReadyAsync();
    }

    [Fact]
    public async Task A_list_can_be_the_beginning_of_a_watch()
    {
        _api.StreamsLists = true;
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);

        Assert.Equal(25, await server.MetricAsync("crik_nodes{state=\"ready\"}"));
        _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));
        await server.UntilStateAsync(s_node, NodeState.ShuttingDown);
        Assert.Equal(1, await server.MetricAsync("crik_watch_events_total{kind=\"present\"}")); // the list does not count
        Assert.Contains("sendInitialEvents=true&resourceVersionMatch=NotOlderThan", Assert.Single(_api.Requests), StringComparison.Ordinal);
        Assert.Equal(1, await server.MetricAsync("crik_node_lists_total"));
    }

    [Fact]
    public async Task After_a_watch_that_is_silent_for_too_long_all_Nodes_are_listed_again()
    {
        // So does an API server whose data were restored: it accepts every watch from the version that it has not reached.
        _api.Intercept = async context =>
        {
            if (!IsWatch(context) || _api.Requests.Count(request => request.Contains("limit=", StringComparison.Ordinal)) > 1)
            {
                return false;
            }

            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, Impatient);
        _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));

        await server.UntilStateAsync(s_node, NodeState.ShuttingDown);
        Assert.Contains(server.Log, line => line.Contains("the watch brought nothing for too long", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_list_that_is_silent_for_too_long_is_started_again()
    {
        _api.Intercept = async context =>
        {
            if (_api.Requests.Length != 2)
            {
                return false;
            }

            await context.Response.WriteAsync("{\"kind\":\"NodeList\",\"items\":[{\"metadata\":");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, Impatient);

        Assert.Equal(25, await server.MetricAsync("crik_nodes{state=\"ready\"}"));
    }

    [Theory]
    [InlineData("garbage\n")]
    [InlineData("{\"type\":\"MODIFIED\"}\n")]
    [InlineData("{\"type\":5,\"object\":{}}\n")]
    [InlineData("{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"half\"}")]
    [InlineData("\u0000\u0001\u0002\n")]
    [InlineData("<html><body>502 Bad Gateway</body></html>\n")]
    [InlineData("{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":500,\"message\":\"etcd\"}}\n")]
    public async Task After_garbage_in_a_watch_no_change_is_missed(string garbage)
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);
        _api.Intercept = Once(Sending(endAfterwards: true, _ => [garbage]));
        await _api.CutWatchesAsync();
        await Eventually.TrueAsync(() => _api.Requests.Count(IsWatch) >= 3, "a watch was started after the one with garbage");

        _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));

        await server.UntilStateAsync(s_node, NodeState.ShuttingDown);
        Assert.Equal(NodeState.Unknown, (await server.GetAsync("half")).State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("{\"items\":[{\"metadata\":{\"name\":\"a\"}}")]
    [InlineData("{\"items\":[{\"metadata\":{\"name\":\"a\"}}]}")]
    [InlineData("{\"kind\":\"NodeList\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[7]}")]
    public async Task A_broken_list_is_started_again_and_does_not_make_the_server_ready(string garbage)
    {
        int lists = 0;
        _api.Intercept = async context =>
        {
            if (context.Request.Query.ContainsKey("watch") || Interlocked.Increment(ref lists) > 1)
            {
                return false;
            }

            await context.Response.WriteAsync(garbage);
            return true;
        };
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);

        Assert.Equal(25, await server.MetricAsync("crik_nodes{state=\"ready\"}"));
        Assert.True(await server.MetricAsync("crik_source_failures_total") >= 1);
    }

    [Fact]
    public async Task A_line_without_end_does_not_fill_the_memory()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);

        // The watch sends 16 MiB and then nothing more.
        _api.Intercept = Once(Sending(endAfterwards: false, _ => Enumerable.Repeat(new string('x', 1 << 16), 256)));
        await _api.CutWatchesAsync();

        await Eventually.TrueAsync(() => _api.Requests.Count(IsWatch) >= 3, "a watch was started after the endless line");
        _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));
        await server.UntilStateAsync(s_node, NodeState.ShuttingDown);
    }

    [Fact]
    public async Task An_event_of_3_MB_is_read()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);
        string line = "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"" + s_node + "\",\"annotations\":{\"x\":\"" + new string('x', 3 << 20) + "\"},\"resourceVersion\":\"1026\"},\"spec\":{\"unschedulable\":true}}}\n";
        await _api.UntilWatchedAsync();
        _api.Intercept = Once(Sending(endAfterwards: false, _ => [line]));
        await _api.CutWatchesAsync();

        await server.UntilStateAsync(s_node, NodeState.Cordoned);
    }

    [Fact]
    public async Task Events_may_arrive_byte_by_byte()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);
        string line = "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"" + s_node + "\",\"resourceVersion\":\"1026\"},\"spec\":{\"unschedulable\":true}}}\n";
        await _api.UntilWatchedAsync();
        _api.Intercept = Once(Sending(endAfterwards: false, _ => line.Select(letter => letter.ToString())));
        await _api.CutWatchesAsync();

        await server.UntilStateAsync(s_node, NodeState.Cordoned);
    }

    [Fact]
    public async Task While_the_API_server_restarts_the_server_is_not_ready()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, RunningServer.Options with { NotReadyAfter = TimeSpan.Zero });
        int port = _api.Address.Port;
        StandInCertificates certificates = _api.Certificates;
        await _api.DisposeAsync();

        await Eventually.TrueAsync(async () => !await server.IsReadyAsync(), "the server is not ready");
        Assert.Equal(NodeState.Ready, (await server.GetAsync(s_node)).State); // the last known state
        _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));
        using StandInCertificates same = certificates.Again();
        _api = await StandInApiServer.StartAsync(_cluster, same, port);

        await server.UntilStateAsync(s_node, NodeState.ShuttingDown);
        await server.UntilReadyAsync();
        Assert.Equal(0, await server.MetricAsync("crik_node_relists_total"));
    }

    [Fact]
    public async Task A_short_loss_of_the_API_server_leaves_the_server_ready()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);
        await _api.UntilWatchedAsync();
        int port = _api.Address.Port;
        using StandInCertificates same = _api.Certificates.Again();
        await _api.DisposeAsync();

        // The pauses before the sixth failure are at least 3 s.
        await Eventually.TrueAsync(async () => await server.MetricAsync("crik_source_failures_total") >= 6, "six failures were counted");
        Assert.True(await server.IsReadyAsync());
        Assert.Equal(NodeState.Ready, (await server.GetAsync(s_node)).State);
        _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));
        _api = await StandInApiServer.StartAsync(_cluster, same, port);

        await server.UntilStateAsync(s_node, NodeState.ShuttingDown);
        Assert.Equal(0, await server.MetricAsync("crik_node_relists_total"));
    }

    [Fact]
    public async Task The_server_waits_for_an_API_server_that_starts_later()
    {
        int port = _api.Address.Port;
        StandInCertificates certificates = _api.Certificates.Again();
        await using RunningServer server = await RunningServer.StartAsync(_api);
        await _api.DisposeAsync();
        _api = await StandInApiServer.StartAsync(_cluster, certificates, port);

        await server.UntilReadyAsync();
    }

    [Fact]
    public async Task A_rotated_token_is_used_without_a_restart()
    {
        using TempDirectory files = new();
        string token = files.Write("token", "one");
        _api.GoodTokens.Add("one");
        await using RunningServer server = await RunningServer.StartAsync(_api, user: $"    tokenFile: {token}");
        await server.UntilReadyAsync();

        _api.GoodTokens.Clear();
        _api.GoodTokens.Add("two");
        files.Write("token", "two");
        await _api.CutWatchesAsync();
        _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));

        await server.UntilStateAsync(s_node, NodeState.ShuttingDown);
    }

    [Fact]
    public async Task A_refusal_is_logged_with_its_message_and_followed_by_growing_pauses()
    {
        _api.Intercept = async context =>
        {
            await StandInApiServer.RefuseAsync(context, 403, "Forbidden", "nodes is forbidden: no list for you");
            return true;
        };
        await using RunningServer server = await RunningServer.StartAsync(_api);
        await Eventually.TrueAsync(() => Pauses(server).Length >= 3, "three lists were tried");

        double[] pauses = Pauses(server);
        Assert.InRange(pauses[0], 0.1, 0.2);
        Assert.InRange(pauses[1], 0.2, 0.4);
        Assert.InRange(pauses[2], 0.4, 0.8);
        _api.Intercept = null;
        await server.UntilReadyAsync();
    }

    [Fact]
    public async Task After_thousands_of_changes_each_node_has_its_last_state()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);
        for (int round = 0; round < 40; round++)
        {
            for (int i = 0; i < 25; i++)
            {
                _cluster.Edit(StandInNodes.Name(i), node =>
                {
                    StandInNodes.RemoveTaints(node);
                    if ((round + i) % 2 == 0)
                    {
                        StandInNodes.Taint(node, Drain);
                    }
                });
            }

            if (round % 10 == 5)
            {
                await _api.CutWatchesAsync();
            }
        }

        for (int i = 0; i < 25; i++)
        {
            await server.UntilStateAsync(StandInNodes.Name(i), (39 + i) % 2 == 0 ? NodeState.ShuttingDown : NodeState.Ready);
        }
    }

    private static ServerOptions Impatient => RunningServer.Options with { WatchIdleTimeout = TimeSpan.FromMilliseconds(300) };

    private static double[] Pauses(RunningServer server) =>
        [.. server.Log.Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("event").GetInt32() == 14)
            .Where(line => line.GetProperty("level").GetString() == "warning" && line.GetProperty("problem").GetString()!.EndsWith("no list for you", StringComparison.Ordinal))
            .Select(line => line.GetProperty("seconds").GetDouble())];

    private static bool IsWatch(HttpContext context) => context.Request.Query["watch"] == "true" && context.Request.Query["sendInitialEvents"] != "true";

    private static bool IsWatch(string request) => request.Contains("watch=true", StringComparison.Ordinal) && !request.Contains("sendInitialEvents", StringComparison.Ordinal);

    private static Func<HttpContext, Task<bool>> Sending(bool endAfterwards, Func<HttpContext, IEnumerable<string>> pieces) => async context =>
    {
        if (!IsWatch(context))
        {
            return false;
        }

        await context.Response.Body.FlushAsync();
        foreach (string piece in pieces(context))
        {
            await context.Response.WriteAsync(piece, context.RequestAborted);
            await context.Response.Body.FlushAsync();
        }

        if (!endAfterwards)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return true;
    };

    private static Func<HttpContext, Task<bool>> Once(Func<HttpContext, Task<bool>> intercept)
    {
        int calls = 0;
        return context => Interlocked.Increment(ref calls) == 1 ? intercept(context) : Task.FromResult(false);
    }

    private async Task CutAndMissAsync()
    {
        await _api.UntilWatchedAsync();
        _api.Intercept = async context =>
        {
            await StandInApiServer.RefuseAsync(context, 503, "ServiceUnavailable", "not now");
            return true;
        };
        await _api.CutWatchesAsync();
        _cluster.Edit(s_node, node => StandInNodes.Taint(node, Drain));
        _cluster.Delete(StandInNodes.Name(4));
        _cluster.Compact();
        await Eventually.TrueAsync(() => _api.Requests.Count(IsWatch) >= 2, "a watch was refused");
        _api.Intercept = null;
    }
}
