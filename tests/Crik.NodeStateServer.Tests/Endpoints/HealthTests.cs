using System.Net;
using System.Net.Sockets;
using System.Text;
using Crik.Contracts;
using Crik.StandIn;
using Microsoft.Extensions.DependencyInjection;

namespace Crik.NodeStateServer.Tests.Endpoints;

public sealed class HealthTests : IAsyncLifetime
{
    private static readonly string s_node = StandInNodes.Name(1);

    private readonly StandInCluster _cluster = new();
    private StandInApiServer _api = null!;

    public async Task InitializeAsync()
    {
        _cluster.Apply(StandInNodes.Make(1));
        _api = await StandInApiServer.StartAsync(_cluster);
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task A_watcher_that_hangs_fails_the_liveness_probe_under_both_names_until_it_goes_on()
    {
        ShiftedClock clock = new();
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, more: services => services.AddSingleton<TimeProvider>(clock));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (await ProbeAsync(server, "/livez"), await ProbeAsync(server, "/healthz")));

        // The last message of the start may come after the first of these steps.
        await Eventually.TrueAsync(async () =>
        {
            clock.Forward(TimeSpan.FromMinutes(10));
            return (await ProbeAsync(server, "/livez"), await ProbeAsync(server, "/healthz")) == (HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable);
        }, "both probes fail");

        _cluster.Edit(s_node, node => node["spec"]!["unschedulable"] = true);
        await server.UntilStateAsync(s_node, NodeState.Cordoned);
        Assert.Equal(HttpStatusCode.OK, await ProbeAsync(server, "/livez"));
    }

    [Fact]
    public async Task Of_many_health_checks_on_one_connection_the_first_is_answered_and_the_connection_closed()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, server.Health.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n", 20))));
        using MemoryStream answers = new();
        try
        {
            await Eventually.InTimeAsync(client.GetStream().CopyToAsync(answers));
        }
        catch (IOException)
        {
            // The other requests were still unread, so the connection was reset.
        }

        Assert.InRange(Encoding.ASCII.GetString(answers.ToArray()).Split("HTTP/1.1 200").Length - 1, 0, 1);
    }

    [Fact]
    public async Task A_log_that_nobody_reads_does_not_stop_the_watch()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, RunningServer.Options with { Debug = true });
        server.IsLogRead = false;
        for (int i = 0; i < 3; i++)
        {
            bool isCordoned = i % 2 == 0;
            _cluster.Edit(s_node, node => node["spec"]!["unschedulable"] = isCordoned);
            await server.UntilStateAsync(s_node, isCordoned ? NodeState.Cordoned : NodeState.Ready);
        }

        await Eventually.TrueAsync(async () =>
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => server.GetAsync(s_node)));
            return await server.MetricAsync("crik_log_lines_dropped_total") > 0;
        }, "lines are dropped");
        Assert.Equal(HttpStatusCode.OK, await ProbeAsync(server, "/readyz"));
        server.IsLogRead = true;

        Assert.Contains(server.Log, line => line.Contains("lines of the log were dropped here", StringComparison.Ordinal));
    }

    private static async Task<HttpStatusCode> ProbeAsync(RunningServer server, string path)
    {
        using HttpResponseMessage response = await server.Http.GetAsync(new Uri(server.Health, path));
        return response.StatusCode;
    }
}
