using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.StandIn;

namespace Crik.Kubernetes.Tests.Api;

/// <summary>Tests proxies with a real one and real TLS.</summary>
public sealed class ProxyTests : IAsyncLifetime
{
    private const string Nodes = "/api/v1/nodes?limit=1";

    private readonly TempDirectory _files = new();
    private StandInApiServer _server = null!;

    public async Task InitializeAsync() => _server = await StandInApiServer.StartAsync();

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public async Task HTTPS_PROXY_is_used_with_its_user_and_not_for_what_NO_PROXY_names()
    {
        await using ConnectProxy proxy = new(_server.Address.Port, "me:p@ss");
        Func<string, string?> environment = name => name switch { "HTTPS_PROXY" => $"http://me:p%40ss@127.0.0.1:{proxy.Port}", "NO_PROXY" => "10.0.0.0/8", _ => null };

        await GetAsync(environment, "https://kubernetes.default.svc:443");
        Assert.Equal("CONNECT kubernetes.default.svc:443 HTTP/1.1", Assert.Single(proxy.Requests));
        await GetAsync(environment, _server.Address.AbsoluteUri); // the loopback
        KubernetesException direct = await Assert.ThrowsAsync<KubernetesException>(() => GetAsync(environment, "https://10.255.255.1:1", TimeSpan.FromMilliseconds(200)));
        Assert.Equal(KubernetesFailure.NoAnswer, direct.Failure);
        Assert.Single(proxy.Requests);
    }

    [Fact]
    public async Task The_proxy_url_of_a_kubeconfig_wins()
    {
        await using ConnectProxy proxy = new(_server.Address.Port);
        string kubeconfig = _server.Kubeconfig("    token: t").Replace("    server:", $"    proxy-url: http://127.0.0.1:{proxy.Port}\n    server:", StringComparison.Ordinal);
        ClusterAccess access = ClusterAccess.Find(_files.Write("kubeconfig", kubeconfig), static name => name == "NO_PROXY" ? "*" : null);
        using KubernetesApi api = new(access, "crik-tests/1");

        (await api.SendAsync(HttpMethod.Get, Nodes, null, CancellationToken.None)).Dispose();

        Assert.Equal($"CONNECT 127.0.0.1:{_server.Address.Port} HTTP/1.1", Assert.Single(proxy.Requests));
    }

    [Fact]
    public void A_pod_reaches_the_API_server_without_a_proxy()
    {
        _files.Write("token", "t");
        _files.Write("ca.crt", _server.Certificates.AuthorityPem);

        Assert.Null(ServiceAccount.Find(
            static name => name switch { "KUBERNETES_SERVICE_HOST" => "10.96.0.1", "HTTPS_PROXY" => "http://proxy:3128", _ => null }, _files.Path)!.Proxy);
    }

    private async Task GetAsync(Func<string, string?> environment, string address, TimeSpan? patience = null)
    {
        string kubeconfig = _server.Kubeconfig("    token: t").Replace(_server.Address.AbsoluteUri.TrimEnd('/'), address.TrimEnd('/'), StringComparison.Ordinal);
        using KubernetesApi api = new(ClusterAccess.Find(_files.Write("kubeconfig", kubeconfig), environment), "crik-tests/1");
        (await api.SendAsync(HttpMethod.Get, Nodes, null, CancellationToken.None, patience)).Dispose();
    }
}
