using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Crik.Hosting;
using Crik.StandIn;

namespace Crik.NodeStateServer.Tests;

/// <summary>Tests the program as a process, from its start to its exit.</summary>
public sealed class ProgramTests : IAsyncLifetime
{
    private static readonly string s_node = StandInNodes.Name(1);

    private readonly StandInCluster _cluster = new();
    private readonly HttpClient _http = new();
    private StandInApiServer _api = null!;

    public static TheoryData<string> Forms => ServerProcess.Forms;

    public async Task InitializeAsync()
    {
        for (int i = 0; i < 10; i++)
        {
            _cluster.Apply(StandInNodes.Make(i));
        }

        _api = await StandInApiServer.StartAsync(_cluster);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _api.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task After_SIGTERM_every_long_poll_is_answered_and_the_exit_code_is_0(string form)
    {
        await using ServerProcess server = await ServerProcess.StartReadyAsync(form, _api);
        Task<string>[] polls = [.. Enumerable.Range(0, 50).Select(i => _http.GetStringAsync(new Uri(server.States, $"/v1/nodes/{StandInNodes.Name(i % 10)}?wait=5m")))];
        await Eventually.TrueAsync(async () =>
            (await _http.GetStringAsync(new Uri(server.Metrics, "/metrics"))).Contains("crik_long_polls 50\n", StringComparison.Ordinal), "50 polls are open");

        server.Signal("TERM");

        string[] answers = await Eventually.InTimeAsync(Task.WhenAll(polls));
        Assert.All(answers, answer => Assert.Contains("\"state\":\"ready\"", answer, StringComparison.Ordinal));
        (int code, string output, string errors) = await server.ExitAsync();
        Assert.Equal((0, ""), (code, errors));
        JsonElement[] lines = [.. output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.All(lines, line => Assert.Equal(["time", "level", "message", "source", "event"], line.EnumerateObject().Take(5).Select(property => property.Name)));
        int[] events = [.. lines.Select(line => line.GetProperty("event").GetInt32())];
        Assert.Equal([1, 2, 4, 5], events.Where(number => number != 10));
        Assert.Single(events[..^2], 10); // the list may be logged at any place
        Assert.Contains(
            $"states on {server.States.AbsoluteUri.TrimEnd('/')}, metrics on {server.Metrics.AbsoluteUri.TrimEnd('/')} " +
            $"and health on {server.Health.AbsoluteUri.TrimEnd('/')}",
            lines[Array.IndexOf(events, 1)].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task During_the_shutdown_delay_the_server_answers_but_is_not_ready(string form)
    {
        await using ServerProcess server = await ServerProcess.StartReadyAsync(form, _api, "--shutdown-delay", "15s");
        server.Signal("TERM");
        await Eventually.TrueAsync(async () => !await server.IsReadyAsync(_http), "the server is not ready");

        Assert.Equal("the server is shutting down\n", await (await _http.GetAsync(new Uri(server.Health, "/readyz"))).Content.ReadAsStringAsync());
        Assert.Contains("ready", await _http.GetStringAsync(new Uri(server.States, $"/v1/nodes/{s_node}")), StringComparison.Ordinal);
        Task<string> poll = _http.GetStringAsync(new Uri(server.States, $"/v1/nodes/{s_node}?wait=5m"));

        Assert.Contains("ready", await Eventually.InTimeAsync(poll), StringComparison.Ordinal);
        Assert.Equal(0, (await server.ExitAsync()).Code);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_client_that_does_not_read_does_not_delay_the_shutdown(string form)
    {
        for (int i = 10; i < 3000; i++)
        {
            _cluster.Apply(StandInNodes.Make(i));
        }

        await using ServerProcess server = await ServerProcess.StartReadyAsync(form, _api);
        using TcpClient deaf = new() { ReceiveBufferSize = 4096 };
        await deaf.ConnectAsync(IPAddress.Loopback, server.States.Port);
        await deaf.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /v1/watch HTTP/1.1\r\nHost: a\r\n\r\n"));
        await Eventually.TrueAsync(async () =>
            (await _http.GetStringAsync(new Uri(server.Metrics, "/metrics"))).Contains("crik_streams 1\n", StringComparison.Ordinal), "a stream is open");

        server.Signal("TERM");

        Assert.Equal(0, (await server.ExitAsync()).Code);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Each_change_of_a_state_is_answered_and_logged(string form)
    {
        await using ServerProcess server = await ServerProcess.StartReadyAsync(form, _api);
        Task<string> poll = _http.GetStringAsync(new Uri(server.States, $"/v1/nodes/{s_node}?wait=60s"));
        await Eventually.TrueAsync(async () =>
            (await _http.GetStringAsync(new Uri(server.Metrics, "/metrics"))).Contains("crik_long_polls 1\n", StringComparison.Ordinal), "a poll is open");
        _cluster.Edit(s_node, node => StandInNodes.Taint(node, "aws-node-termination-handler/spot-itn"));
        Assert.Contains("\"shutting-down\"", await Eventually.InTimeAsync(poll), StringComparison.Ordinal);
        _cluster.Edit(s_node, StandInNodes.RemoveTaints);
        await Eventually.TrueAsync(async () =>
            (await _http.GetStringAsync(new Uri(server.States, $"/v1/nodes/{s_node}"))).Contains("\"ready\"", StringComparison.Ordinal), "the node is ready again");

        server.Signal("INT");

        (int code, string output, _) = await server.ExitAsync();
        string[] changes = [.. output.TrimEnd().Split('\n').Where(line => line.Contains("\"event\":20,", StringComparison.Ordinal))];
        Assert.Equal(0, code);
        Assert.Equal(2, changes.Length);
        JsonElement first = JsonDocument.Parse(changes[0]).RootElement;
        Assert.Equal((s_node, "shutting-down", "ready"),
            (first.GetProperty("node").GetString(), first.GetProperty("state").GetString(), first.GetProperty("before").GetString()));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task The_memory_limits_the_connections_and_a_flood_of_them_does_not_end_the_server(string form)
    {
        // The limit is hexadecimal and means 96 MiB.
        await using ServerProcess server = ServerProcess.Start(form, _api, ["--max-connections-per-address", "4000"], ["DOTNET_GCHeapHardLimit=6000000"]);
        await Eventually.TrueAsync(() => server.IsReadyAsync(_http), "the server is ready");
        byte[] poll = Encoding.ASCII.GetBytes($"GET /v1/nodes/{s_node}?wait=5m HTTP/1.1\r\nHost: a\r\n\r\n");
        for (int round = 0; round < 2; round++)
        {
            List<Socket> sockets = [];
            for (int i = 0; i < 5000; i++)
            {
                Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, server.States.Port);
                    await socket.SendAsync(poll);
                }
                catch (SocketException)
                {
                    // The server refused this connection before the request was sent.
                }
            }

            await Eventually.TrueAsync(async () =>
                (await _http.GetStringAsync(new Uri(server.Metrics, "/metrics"))).Contains("crik_long_polls 3072\n", StringComparison.Ordinal), "as many polls are open as the limit allows");
            Assert.True(await server.IsReadyAsync(_http));
            sockets.ForEach(socket => socket.Dispose());
            await Eventually.TrueAsync(async () =>
                (await _http.GetStringAsync(new Uri(server.Metrics, "/metrics"))).Contains("crik_connections 0\n", StringComparison.Ordinal), "no connection is open");
        }

        Assert.Contains("ready", await _http.GetStringAsync(new Uri(server.States, $"/v1/nodes/{s_node}")), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Wrong_settings_are_all_reported_and_the_exit_code_is_64(string form)
    {
        await using ServerProcess server = ServerProcess.Start(form, null, ["--port", "x", "--max-wait", "y"], ["CRIK_SERVER_METRICS_PORT=70000"]);

        (int code, string output, string errors) = await server.ExitAsync();

        Assert.Equal((64, ""), (code, output));
        Assert.Equal(3, errors.TrimEnd().Split('\n').Length);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Without_a_cluster_the_error_says_where_it_was_searched(string form)
    {
        await using ServerProcess server = ServerProcess.Start(form, null, []);

        (int code, _, string errors) = await server.ExitAsync();

        Assert.Equal(64, code);
        foreach (string place in (string[])["pod", "--kubeconfig", "KUBECONFIG", "~/.kube/config"])
        {
            Assert.Contains(place, errors, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_unknown_flag_is_refused_and_the_exit_code_is_64(string form)
    {
        await using ServerProcess server = ServerProcess.Start(form, null, ["--colour"]);

        (int code, _, string errors) = await server.ExitAsync();

        Assert.Equal(64, code);
        Assert.Contains("--colour", errors, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task The_help_has_every_flag_with_its_variable(string form)
    {
        await using ServerProcess help = ServerProcess.Start(form, null, ["--help"]);
        await using ServerProcess version = ServerProcess.Start(form, null, ["--version"]);

        (int code, string output, _) = await help.ExitAsync();

        Assert.Equal(0, code);
        string words = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        foreach ((string flag, string variable) in Crik.NodeStateServer.Configuration.CommandLine.Known())
        {
            Assert.Contains(flag, words, StringComparison.Ordinal);
            Assert.Contains($"({variable})", words, StringComparison.Ordinal);
        }

        Assert.StartsWith(ProductVersion.Current, (await version.ExitAsync()).Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_port_in_use_is_reported_and_the_exit_code_is_125(string form)
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using ServerProcess server = ServerProcess.Start(form, _api, ["--port", $"{port}"]);

        (int code, _, string errors) = await server.ExitAsync();

        Assert.Equal(125, code);
        Assert.Contains($"127.0.0.1:{port}", errors, StringComparison.Ordinal);
    }
}
