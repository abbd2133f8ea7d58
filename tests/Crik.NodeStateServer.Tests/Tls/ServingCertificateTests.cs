using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Crik.Hosting;
using Crik.NodeStateServer.Configuration;
using Crik.StandIn;
using Microsoft.Extensions.DependencyInjection;

namespace Crik.NodeStateServer.Tests.Tls;

public sealed class ServingCertificateTests : IAsyncLifetime
{
    private readonly TestAuthority _authority = new();
    private readonly TempDirectory _files = new();
    private readonly ShiftedClock _clock = new();
    private StandInApiServer _api = null!;
    private ServerOptions _options = null!;

    public async Task InitializeAsync()
    {
        StandInCluster cluster = new();
        cluster.Apply(StandInNodes.Make(1));
        _api = await StandInApiServer.StartAsync(cluster);
        _options = RunningServer.Options with { TlsCertFile = Path.Combine(_files.Path, "data", "tls.crt"), TlsKeyFile = Path.Combine(_files.Path, "data", "tls.key") };
        Mount("1", _authority.Issue("first"));
    }

    public async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        _authority.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task Node_states_are_served_over_TLS_and_metrics_and_health_are_not()
    {
        await using RunningServer server = await StartAsync();
        await server.UntilReadyAsync();

        Assert.Equal(("https", "http", "http"), (server.States.Scheme, server.Metrics.Scheme, server.Health.Scheme));
        using HttpClientHandler handler = new() { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => IsOurs(certificate!) };
        using HttpClient http = new(handler);
        Assert.Contains("\"ready\"", await http.GetStringAsync(new Uri(server.States, $"/v1/nodes/{StandInNodes.Name(1)}")), StringComparison.Ordinal);
        Assert.Equal(1, await server.MetricAsync("crik_ready"));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetStringAsync($"http://127.0.0.1:{server.States.Port}/v1/nodes"));
    }

    [Fact]
    public async Task A_renewed_certificate_is_used_without_a_restart_when_the_kubelet_swaps_its_link()
    {
        await using RunningServer server = await StartAsync();
        Assert.Equal("first", await NameAsync(server));

        Mount("2", _authority.Issue("second"));
        Assert.Equal("first", await NameAsync(server)); // not at every connection
        _clock.Forward(TimeSpan.FromSeconds(11));

        Assert.Equal("second", await NameAsync(server));
    }

    [Fact]
    public async Task A_new_pair_that_cannot_be_used_leaves_the_old_one_and_is_logged()
    {
        await using RunningServer server = await StartAsync();
        Mount("2", (_authority.Issue("second").Certificate, _authority.Issue("third").Key));
        _clock.Forward(TimeSpan.FromSeconds(11));

        Assert.Equal("first", await NameAsync(server));
        await Eventually.TrueAsync(
            () => Task.FromResult(server.Log.Any(line => line.Contains("cannot be used, so the one before stays", StringComparison.Ordinal))), "the log says so");

        Mount("3", _authority.Issue("fourth"));
        _clock.Forward(TimeSpan.FromSeconds(11));
        Assert.Equal("fourth", await NameAsync(server));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no certificate")]
    public async Task A_pair_that_cannot_be_used_ends_the_start_with_a_reason(string? certificate)
    {
        if (certificate is null)
        {
            File.Delete(_options.TlsKeyFile!);
        }
        else
        {
            File.WriteAllText(_options.TlsCertFile!, certificate);
        }

        ConfigurationException exception = await Assert.ThrowsAsync<ConfigurationException>(StartAsync);

        Assert.StartsWith("--tls-cert-file and --tls-private-key-file: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_does_not_begin_TLS_is_closed()
    {
        await using RunningServer server = await StartAsync();
        using TcpClient silent = new();
        await silent.ConnectAsync("127.0.0.1", server.States.Port);

        Assert.Equal(0, await silent.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(60)));
    }

    private Task<RunningServer> StartAsync() => RunningServer.StartAsync(_api, _options, more: services => services.AddSingleton<TimeProvider>(_clock));

    /// <summary>Replaces a link, as the kubelet does, so that both files change at once.</summary>
    private void Mount(string version, (string Certificate, string Key) pair)
    {
        string directory = Directory.CreateDirectory(Path.Combine(_files.Path, version)).FullName;
        File.WriteAllText(Path.Combine(directory, "tls.crt"), pair.Certificate);
        File.WriteAllText(Path.Combine(directory, "tls.key"), pair.Key);
        string link = Path.Combine(_files.Path, "data");
        File.Delete(link);
        File.CreateSymbolicLink(link, directory);
    }

    private static async Task<string> NameAsync(RunningServer server)
    {
        using TcpClient client = new();
        await client.ConnectAsync("127.0.0.1", server.States.Port);
        await using SslStream stream = new(client.GetStream(), false, (_, certificate, _, _) => certificate is not null);
        await stream.AuthenticateAsClientAsync("any");
        using X509Certificate2 certificate = new(stream.RemoteCertificate!);
        return certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames().Single();
    }

    private bool IsOurs(X509Certificate2 certificate)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(_authority.Pem);
        return chain.Build(certificate);
    }
}
