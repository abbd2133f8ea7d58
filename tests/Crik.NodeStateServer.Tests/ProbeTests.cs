using Crik.Hosting;
using Crik.NodeStateServer.Configuration;
using Crik.StandIn;

namespace Crik.NodeStateServer.Tests;

public sealed class ProbeTests : IAsyncLifetime
{
    private StandInApiServer _api = null!;

    public async Task InitializeAsync() => _api = await StandInApiServer.StartAsync(new StandInCluster());

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Theory]
    [InlineData(false, "/v1/nodes", 0)]
    [InlineData(true, "/v1/nodes", 0)] // it has no token, and the server says so
    [InlineData(false, "/other", 1)]
    public async Task A_probe_succeeds_when_the_server_answers_as_one_of_this_kind(bool requireToken, string path, int code)
    {
        await using RunningServer server = await RunningServer.StartReadyAsync(_api, RunningServer.Options with { RequireToken = requireToken });

        Assert.Equal(code, await Probe.RunAsync(new Uri(server.States, path).AbsoluteUri, 200, 401, 403));
    }

    [Fact]
    public async Task A_probe_also_speaks_TLS()
    {
        using TestAuthority authority = new();
        using TempDirectory files = new();
        (string certificate, string key) = authority.Issue("another");
        ServerOptions options = RunningServer.Options with { TlsCertFile = files.Write("tls.crt", certificate), TlsKeyFile = files.Write("tls.key", key) };
        await using RunningServer server = await RunningServer.StartAsync(_api, options);
        await Eventually.TrueAsync(server.IsReadyAsync, "the server is ready");

        Assert.Equal(0, await Probe.RunAsync(new Uri(server.States, "/v1/nodes").AbsoluteUri, 200, 401, 403));
    }

    [Theory]
    [InlineData("http://127.0.0.1:1/v1/nodes")]
    [InlineData("nowhere")]
    public async Task A_probe_fails_when_nobody_answers(string url) => Assert.Equal(1, await Probe.RunAsync(url, 200));
}
