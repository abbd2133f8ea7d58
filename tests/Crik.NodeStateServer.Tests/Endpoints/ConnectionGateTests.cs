using System.Net;
using System.Net.Sockets;
using System.Text;
using Crik.NodeStateServer.Endpoints;
using Crik.StandIn;
using Microsoft.Extensions.DependencyInjection;

namespace Crik.NodeStateServer.Tests.Endpoints;

/// <summary>Tests that connections on which nothing happens lock nobody out.</summary>
public sealed class ConnectionGateTests : IAsyncLifetime
{
    private static readonly string s_node = StandInNodes.Name(1);

    private readonly StandInCluster _cluster = new();
    private readonly List<TcpClient> _clients = [];
    private StandInApiServer _api = null!;

    public async Task InitializeAsync()
    {
        _cluster.Apply(StandInNodes.Make(1));
        _api = await StandInApiServer.StartAsync(_cluster);
    }

    public async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _api.DisposeAsync();
    }

    [Fact]
    public async Task A_new_connection_that_sends_nothing_is_closed_after_seconds()
    {
        await using RunningServer server = await StartAsync(new ConnectionLimits(5, 5) { FirstByte = TimeSpan.FromMilliseconds(100) });
        TcpClient silent = await ConnectAsync(server.States);

        Assert.Equal(0, await Eventually.InTimeAsync(ReadAsync(silent)));
        await Eventually.TrueAsync(async () => await server.MetricAsync("crik_connections_closed_total{reason=\"silent\"}") == 1, "it is counted");
        Assert.Equal("200", await AskAsync(server.States));
    }

    [Fact]
    public async Task A_connection_that_has_sent_its_first_byte_in_time_is_not_closed()
    {
        await using RunningServer server = await StartAsync(new ConnectionLimits(5, 5) { FirstByte = TimeSpan.FromMilliseconds(500) });
        TcpClient slow = await ConnectAsync(server.States);
        await slow.GetStream().WriteAsync("G"u8.ToArray());
        TcpClient silent = await ConnectAsync(server.States);
        Assert.Equal(0, await Eventually.InTimeAsync(ReadAsync(silent))); // so the time is over

        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes("ET /v1/nodes HTTP/1.1\r\nHost: a\r\n\r\n"));

        Assert.True(await Eventually.InTimeAsync(ReadAsync(slow)) > 0);
    }

    [Fact]
    public async Task When_all_places_are_taken_the_connection_that_is_idle_for_longest_gives_way_and_a_poll_does_not()
    {
        await using RunningServer server = await StartAsync(new ConnectionLimits(3, 3) { IdleBeforeClosing = TimeSpan.Zero });
        TcpClient poll = await ConnectAsync(server.States);
        await poll.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /v1/nodes/{s_node}?wait=5m HTTP/1.1\r\nHost: a\r\n\r\n"));
        await Eventually.TrueAsync(async () => await server.MetricAsync("crik_long_polls") == 1, "a poll is open");
        TcpClient first = await AskedAsync(server.States);
        await Eventually.TrueAsync(async () => await server.MetricAsync("crik_requests_total{route=\"nodes\",code=\"200\"}") == 1, "the first one is idle");
        TcpClient second = await AskedAsync(server.States);
        await Eventually.TrueAsync(async () => await server.MetricAsync("crik_requests_total{route=\"nodes\",code=\"200\"}") == 2, "both are idle");

        Assert.Equal("200", await AskAsync(server.States));

        await Eventually.InTimeAsync(IsClosedAsync(first));
        await second.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /v1/nodes HTTP/1.1\r\nHost: a\r\n\r\n"));
        Assert.True(await Eventually.InTimeAsync(ReadAsync(second)) > 0);
        Assert.Equal(1, await server.MetricAsync("crik_long_polls"));
        Assert.Equal(1, await server.MetricAsync("crik_connections_closed_total{reason=\"idle\"}"));
    }

    [Fact]
    public async Task One_address_has_only_its_share_of_the_connections()
    {
        await using RunningServer server = await StartAsync(new ConnectionLimits(10, 2));
        await AskedAsync(server.States);
        await AskedAsync(server.States);

        Assert.Equal("", await AskAsync(server.States));
        await AskedAsync(server.States, IPAddress.Parse("127.0.0.2"));
        Assert.Equal(1, await server.MetricAsync("crik_connections_refused_total"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Silent_connections_to_the_ports_of_probes_and_metrics_lock_them_only_for_seconds(int port)
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);
        Uri address = port == 0 ? server.Health : server.Metrics;
        for (int i = 0; i < 2 * Listener.MostProbes; i++)
        {
            try
            {
                await ConnectAsync(address, IPAddress.Parse($"127.0.0.{2 + i % 20}"));
            }
            catch (SocketException)
            {
                // All places are taken, so this one was refused.
            }
        }

        long began = Environment.TickCount64;
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                using HttpResponseMessage response = await server.Http.GetAsync(new Uri(address, port == 0 ? "/readyz" : "/metrics"));
                return response.IsSuccessStatusCode;
            }
            catch (Exception refused) when (refused is HttpRequestException or SocketException)
            {
                return false; // HttpClient throws the latter when its connection is closed at once
            }
        }, "the port answers");
        Assert.InRange(Environment.TickCount64 - began, 0, 60_000); // without a limit for the first byte it is 130 s
    }

    [Fact]
    public void One_address_may_have_an_eighth_of_the_connections_or_what_is_configured()
    {
        Assert.Equal(896, ConnectionLimits.For(RunningServer.Options, 192L << 20).MostPerAddress);
        Assert.Equal(5, ConnectionLimits.For(RunningServer.Options with { MaxConnectionsPerAddress = 5 }, 192L << 20).MostPerAddress);
        Assert.Equal(1, ConnectionLimits.For(RunningServer.Options with { MaxConnections = 1 }, 192L << 20).MostPerAddress);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task One_address_cannot_take_all_places_of_the_ports_of_probes_and_metrics(int port)
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api);
        Uri address = port == 0 ? server.Health : server.Metrics;
        for (int i = 0; i < Listener.MostProbes; i++)
        {
            try
            {
                TcpClient busy = await ConnectAsync(address, IPAddress.Parse($"127.0.0.{2 + i % 2}"));
                await busy.GetStream().WriteAsync("G"u8.ToArray()); // not silent
            }
            catch (Exception refused) when (refused is SocketException or IOException)
            {
                // The share of this address is full.
            }
        }

        using HttpResponseMessage response = await server.Http.GetAsync(new Uri(address, port == 0 ? "/readyz" : "/metrics"));
        Assert.True(response.IsSuccessStatusCode);
    }

    [Theory]
    [InlineData(100, 8, 16)]
    [InlineData(7168, 224, 896)]
    public void The_limits_of_lists_and_streams_follow_from_that_of_the_connections(int connections, int lists, int streams)
    {
        LargeAnswers limits = LargeAnswers.For(RunningServer.Options, connections);

        Assert.Equal((lists, streams), (limits.Lists.Most, limits.Streams.Most));
    }

    private Task<RunningServer> StartAsync(ConnectionLimits limits) =>
        RunningServer.StartReadyAsync(_api, more: services => services.AddSingleton(limits));

    private async Task<TcpClient> ConnectAsync(Uri server, IPAddress? from = null)
    {
        TcpClient client = new(new IPEndPoint(from ?? IPAddress.Loopback, 0));
        _clients.Add(client);
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        return client;
    }

    /// <summary>Opens a connection, asks, and keeps it open.</summary>
    private async Task<TcpClient> AskedAsync(Uri server, IPAddress? from = null)
    {
        TcpClient client = await ConnectAsync(server, from);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /v1/nodes HTTP/1.1\r\nHost: a\r\n\r\n"));
        Assert.True(await Eventually.InTimeAsync(ReadAsync(client)) > 0);
        return client;
    }

    /// <returns>The status, or nothing if the connection was refused.</returns>
    private async Task<string> AskAsync(Uri server)
    {
        using TcpClient client = await ConnectAsync(server);
        using StreamReader reader = new(client.GetStream());
        try
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /v1/nodes HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
            return (await Eventually.InTimeAsync(reader.ReadLineAsync()))?.Split(' ')[1] ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <returns>How many bytes came, or 0 when the server has closed the connection.</returns>
    private static async Task<int> ReadAsync(TcpClient client)
    {
        try
        {
            return await client.GetStream().ReadAsync(new byte[16 << 10]);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static async Task IsClosedAsync(TcpClient client)
    {
        while (await ReadAsync(client) > 0)
        {
            // The rest of an answer.
        }
    }
}
