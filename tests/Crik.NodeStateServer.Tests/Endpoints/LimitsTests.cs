using System.Net;
using System.Net.Sockets;
using System.Text;
using Crik.NodeStateServer.Endpoints;
using Crik.StandIn;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crik.NodeStateServer.Tests.Endpoints;

/// <summary>Tests the limits that keep one client from using up the server's resources.</summary>
public sealed class LimitsTests : IAsyncLifetime
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

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "404")]
    [InlineData("POST /v1/nodes HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "405")]
    [InlineData("GET /v1/nodes HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "413")]
    [InlineData("GET /v1/nodes HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "413")]
    [InlineData("GET /v1/nodes HTTP/1.1\r\n\r\n", "400")]
    [InlineData("nonsense\r\n\r\n", "400")]
    [InlineData("GET /v1/nodes/%00 HTTP/1.1\r\nHost: a\r\n\r\n", "400")]
    public async Task Requests_with_a_body_and_invalid_requests_are_refused(string request, string status)
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);

        Assert.Equal(status, await StatusAsync(server.States, request));
    }

    [Fact]
    public async Task Request_lines_and_headers_that_are_too_long_are_refused()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);

        Assert.Equal("414", await StatusAsync(server.States, $"GET /v1/nodes?{new string('x', 4000)} HTTP/1.1\r\nHost: a\r\n\r\n"));
        Assert.Equal("431", await StatusAsync(server.States, $"GET /v1/nodes HTTP/1.1\r\nHost: a\r\nX: {new string('x', 20_000)}\r\n\r\n"));
        Assert.Equal("431", await StatusAsync(server.States,
            $"GET /v1/nodes HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(0, 60).Select(i => $"X{i}: y\r\n"))}\r\n"));
        Assert.Equal("200", await StatusAsync(server.States, $"GET /v1/nodes HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {new string('x', 8000)}\r\n\r\n"));
    }

    [Fact]
    public async Task When_polls_use_all_connections_probes_are_still_answered()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, RunningServer.Options with { MaxConnections = 3, MaxConnectionsPerAddress = 3 });
        server.Http.DefaultRequestHeaders.ConnectionClose = true;
        using CancellationTokenSource end = new();
        Task[] polls = [.. Enumerable.Range(0, 3).Select(_ => server.Http.GetAsync($"/v1/nodes/{s_node}?wait=5m", end.Token))];
        await Eventually.TrueAsync(async () => await server.MetricAsync("crik_long_polls") == 3, "three polls are open");

        for (int i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => server.Http.GetAsync($"/v1/nodes/{s_node}"));
        }

        Assert.True(await server.IsReadyAsync());
        Assert.True(await server.MetricAsync("crik_connections_refused_total") >= 5);

        // The refusals of one minute are a single line in the log.
        Assert.Single(server.Log, line => line.Contains("new connections are refused, because 3 are open", StringComparison.Ordinal));

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(polls));
        await Eventually.TrueAsync(async () => await server.MetricAsync("crik_long_polls") == 0, "no poll is open");
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                return (await server.GetAsync(s_node)).Name == s_node;
            }
            catch (HttpRequestException)
            {
                return false; // the server has not yet noticed that the connections are closed
            }
        }, "requests are answered again");
    }

    [Fact]
    public void What_a_client_sends_while_its_poll_waits_is_not_buffered_beyond_a_request()
    {
        SocketTransportOptions sockets = new();
        KestrelServerOptions kestrel = new();
        ConnectionGate gate = new(ConnectionLimits.Of(1), TimeProvider.System, NullLogger<ConnectionGate>.Instance);
        Listener.Configure(sockets);
        Listener.Configure(kestrel, new(), gate, () => gate);

        Assert.Equal((32 << 10, 32 << 10), (sockets.MaxReadBufferSize, kestrel.Limits.MaxRequestBufferSize));
    }

    [Theory]
    [InlineData(16, 100)]
    [InlineData(50, 1109)]
    [InlineData(96, 3072)]
    [InlineData(192, 7168)]
    [InlineData(100_000, 20_000)]
    public void By_default_the_limit_of_connections_follows_from_the_memory(int mebibytes, int expected) =>
        Assert.Equal(expected, ConnectionLimits.For(RunningServer.Options, (long)mebibytes << 20).Most);

    [Fact]
    public void A_configured_limit_of_connections_is_used_as_it_is() =>
        Assert.Equal(7, ConnectionLimits.For(RunningServer.Options with { MaxConnections = 7 }, 1 << 20).Most);

    [Fact]
    public async Task One_change_answers_a_thousand_polls_of_a_node()
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);
        using SocketsHttpHandler handler = new() { MaxConnectionsPerServer = 1000 };
        using HttpClient http = new(handler) { BaseAddress = server.States };
        Task<string>[] polls = [.. Enumerable.Range(0, 1000).Select(_ => http.GetStringAsync($"/v1/nodes/{s_node}?wait=5m"))];
        await Eventually.TrueAsync(async () => await server.MetricAsync("crik_long_polls") == 1000, "a thousand polls are open");

        _cluster.Edit(s_node, node => StandInNodes.Taint(node, "ToBeDeletedByClusterAutoscaler"));

        string[] answers = await Eventually.InTimeAsync(Task.WhenAll(polls));
        Assert.Contains("\"shutting-down\"", Assert.Single(answers.Distinct()), StringComparison.Ordinal);
    }

    private static async Task<string> StatusAsync(Uri server, string request)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using StreamReader reader = new(stream);
        string line = await Eventually.InTimeAsync(reader.ReadLineAsync()) ?? "nothing at all";
        return line.Split(' ')[1];
    }
}
