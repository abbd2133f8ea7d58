using System.Net;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Tests.Access;
using Crik.StandIn;
using Microsoft.AspNetCore.Http;

namespace Crik.Kubernetes.Tests.Api;

/// <summary>Tests the connection to the API server with real TLS.</summary>
public sealed class KubernetesApiTests : IAsyncLifetime
{
    private const string Nodes = "/api/v1/nodes?limit=1";
    private const string Agent = "crik-tests/1";

    private readonly TempDirectory _files = new();
    private StandInApiServer _api = null!;

    public async Task InitializeAsync() => _api = await StandInApiServer.StartAsync();

    public async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public async Task Client_and_API_server_use_HTTP_2()
    {
        using HttpResponseMessage response = await GetAsync("token: t");

        Assert.Equal(HttpVersion.Version20, response.Version);
    }

    [Fact]
    public async Task A_good_token_is_accepted_and_a_bad_one_is_not()
    {
        _api.GoodTokens.Add("good");

        using HttpResponseMessage response = await GetAsync("token: good");
        KubernetesException refusal = await Assert.ThrowsAsync<KubernetesException>(() => GetAsync("token: bad"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, refusal.Status);
        Assert.Contains("answered 401: Unauthorized", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_certificate_is_accepted()
    {
        _api.GoodCertificate = "CN=node-state-server";
        using System.Security.Cryptography.X509Certificates.X509Certificate2 client = _api.Certificates.Issue("CN=node-state-server");
        _files.Write("client.pem", client.ExportCertificatePem());
        _files.Write("client.key", client.GetECDsaPrivateKeyPem());

        using HttpResponseMessage response = await GetAsync("client-certificate: client.pem\n    client-key: client.key");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await Assert.ThrowsAsync<KubernetesException>(() => GetAsync("token: none"));
    }

    [Fact]
    public async Task A_token_file_is_read_again_after_the_API_server_refused_the_token()
    {
        _api.GoodTokens.Add("one");
        string path = _files.Write("token", "one");
        using KubernetesApi api = Api($"tokenFile: {path}");
        (await api.SendAsync(HttpMethod.Get, Nodes, null, CancellationToken.None)).Dispose();
        _api.GoodTokens.Clear();
        _api.GoodTokens.Add("two");
        _files.Write("token", "two");

        await Assert.ThrowsAsync<KubernetesException>(() => api.SendAsync(HttpMethod.Get, Nodes, null, CancellationToken.None));
        using HttpResponseMessage response = await api.SendAsync(HttpMethod.Get, Nodes, null, CancellationToken.None);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_server_with_a_certificate_of_another_authority_gets_no_request()
    {
        using StandInCertificates others = new();
        await using StandInApiServer impostor = await StandInApiServer.StartAsync(certificates: others);
        ClusterAccess access = Access("token: secret") with { Server = impostor.Address };
        using KubernetesApi api = new(access, Agent);

        KubernetesException problem = await Assert.ThrowsAsync<KubernetesException>(() => api.SendAsync(HttpMethod.Get, Nodes, null, CancellationToken.None));

        Assert.Contains("certificate", problem.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(impostor.Requests);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused()
    {
        using KubernetesApi api = new(Access("token: t") with { TlsServerName = "elsewhere" }, Agent);

        await Assert.ThrowsAsync<KubernetesException>(() => api.SendAsync(HttpMethod.Get, Nodes, null, CancellationToken.None));
    }

    [Fact]
    public async Task With_SkipTlsVerify_any_certificate_is_accepted()
    {
        using StandInCertificates others = new();
        await using StandInApiServer unknown = await StandInApiServer.StartAsync(certificates: others);
        using KubernetesApi api = new(Access("token: t") with { Server = unknown.Address, SkipTlsVerify = true }, Agent);

        using HttpResponseMessage response = await api.SendAsync(HttpMethod.Get, Nodes, null, CancellationToken.None);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using StandInApiServer elsewhere = await StandInApiServer.StartAsync(certificates: _api.Certificates);
        _api.Intercept = context =>
        {
            context.Response.Redirect(elsewhere.Address.AbsoluteUri);
            return Task.FromResult(true);
        };

        KubernetesException problem = await Assert.ThrowsAsync<KubernetesException>(() => GetAsync("token: secret"));

        Assert.Contains("answered 302", problem.Message, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task A_refusal_is_reported_with_the_message_of_the_API_server()
    {
        _api.Intercept = async context =>
        {
            await StandInApiServer.RefuseAsync(context, 403, "Forbidden", "nodes is forbidden: User \"x\" cannot list resource \"nodes\"");
            return true;
        };

        KubernetesException problem = await Assert.ThrowsAsync<KubernetesException>(() => GetAsync("token: t"));

        Assert.EndsWith("answered 403: nodes is forbidden: User \"x\" cannot list resource \"nodes\"", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_a_proxy_is_reported_with_its_status()
    {
        _api.Intercept = async context =>
        {
            context.Response.StatusCode = 502;
            await context.Response.WriteAsync("<html>" + new string('x', 100_000));
            return true;
        };

        Assert.Equal(HttpStatusCode.BadGateway, (await Assert.ThrowsAsync<KubernetesException>(() => GetAsync("token: t"))).Status);
    }

    [Fact]
    public async Task The_error_about_an_unreachable_API_server_has_its_address()
    {
        using KubernetesApi api = new(Access("token: t") with { Server = new Uri($"https://127.0.0.1:{FreePorts.Find(1)[0]}") }, Agent);

        KubernetesException problem = await Assert.ThrowsAsync<KubernetesException>(() => api.SendAsync(HttpMethod.Get, Nodes, null, CancellationToken.None));

        Assert.StartsWith("cannot reach the API server https://127.0.0.1:", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_path_in_the_address_comes_before_the_path_of_a_request()
    {
        using KubernetesApi api = new(Access("token: t") with { Server = new Uri(_api.Address, "/k8s/clusters/c-1/") }, Agent);

        await Assert.ThrowsAsync<KubernetesException>(() => api.SendAsync(HttpMethod.Get, Nodes, null, CancellationToken.None));

        Assert.Equal("GET /k8s/clusters/c-1/api/v1/nodes?limit=1", Assert.Single(_api.Requests));
    }

    private ClusterAccess Access(string user) => ClusterAccess.Find(_files.Write("kubeconfig", _api.Kubeconfig("    " + user)), static _ => null);

    private KubernetesApi Api(string user) => new(Access(user), Agent);

    private async Task<HttpResponseMessage> GetAsync(string user)
    {
        using KubernetesApi api = Api(user);
        HttpResponseMessage response = await api.SendAsync(HttpMethod.Get, Nodes, null, CancellationToken.None);
        await response.Content.LoadIntoBufferAsync();
        return response;
    }
}
