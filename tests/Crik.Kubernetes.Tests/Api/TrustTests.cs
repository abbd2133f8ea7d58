using System.Security.Cryptography.X509Certificates;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Tests.Access;
using Crik.StandIn;

namespace Crik.Kubernetes.Tests.Api;

/// <summary>Tests with real TLS which certificates are trusted, and that new ones are used.</summary>
public sealed class TrustTests : IDisposable
{
    private readonly TempDirectory _files = new();
    private readonly StandInCertificates _root = new();

    [Fact]
    public async Task An_intermediate_authority_is_trusted_by_itself_as_in_Go()
    {
        using StandInCertificates intermediate = new(_root.Authority);
        await using StandInApiServer server = await StandInApiServer.StartAsync(certificates: intermediate);

        Assert.Null(await ProblemAsync(server, intermediate.AuthorityPem));
        Assert.Null(await ProblemAsync(server, _root.AuthorityPem + "\n" + intermediate.AuthorityPem));
    }

    [Fact]
    public async Task The_certificate_of_the_server_itself_can_be_the_bundle()
    {
        await using StandInApiServer server = await StandInApiServer.StartAsync(certificates: _root);

        Assert.Null(await ProblemAsync(server, _root.Server.ExportCertificatePem()));
    }

    [Fact]
    public async Task A_certificate_that_an_intermediate_authority_of_the_same_name_has_issued_is_refused()
    {
        using StandInCertificates intermediate = new(_root.Authority);
        using StandInCertificates forged = new(_root.Authority);
        await using StandInApiServer server = await StandInApiServer.StartAsync(certificates: forged);

        Assert.Contains("certificate", await ProblemAsync(server, intermediate.AuthorityPem), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task An_intermediate_authority_excuses_neither_another_name_nor_an_expired_certificate()
    {
        using StandInCertificates intermediate = new(_root.Authority);
        await using StandInApiServer server = await StandInApiServer.StartAsync(certificates: intermediate);
        using StandInCertificates expired = new(_root.Authority, DateTimeOffset.UtcNow.AddMinutes(-1));
        await using StandInApiServer late = await StandInApiServer.StartAsync(certificates: expired);

        Assert.NotNull(await ProblemAsync(server, intermediate.AuthorityPem, access => access with { TlsServerName = "elsewhere" }));
        Assert.NotNull(await ProblemAsync(late, expired.AuthorityPem));
    }

    [Fact]
    public async Task A_new_authority_is_used_without_a_restart()
    {
        string path = _files.Write("ca.crt", _root.AuthorityPem);
        int port = FreePorts.Find(1)[0];
        StandInApiServer server = await StandInApiServer.StartAsync(certificates: _root, port: port);
        using KubernetesApi api = new(new ClusterAccess { Server = server.Address, Authorities = ConfiguredText.FromFile(path, TimeProvider.System) }, "crik-tests/1");
        Assert.Null(await ProblemAsync(api));
        await server.DisposeAsync();
        using StandInCertificates next = new();
        await using StandInApiServer again = await StandInApiServer.StartAsync(certificates: next, port: port);
        _files.Write("ca.crt", next.AuthorityPem);

        await Eventually.TrueAsync(async () => await ProblemAsync(api) is null, "the new authority is trusted");
    }

    [Fact]
    public async Task A_new_client_certificate_is_used_on_a_new_connection_without_a_restart()
    {
        await using StandInApiServer server = await StandInApiServer.StartAsync(certificates: _root);
        server.GoodCertificate = "CN=one";
        Write("one");
        ClusterAccess access = ClusterAccess.Find(
            _files.Write("kubeconfig", server.Kubeconfig("    client-certificate: client.pem\n    client-key: client.key")), static _ => null);
        using KubernetesApi api = new(access, "crik-tests/1");
        Assert.Null(await ProblemAsync(api));

        server.GoodCertificate = "CN=two"; // as a real API server refuses a certificate that has expired, on an old connection too
        Write("two");

        Assert.Contains("401", await ProblemAsync(api), StringComparison.Ordinal);
        Assert.Null(await ProblemAsync(api));
    }

    [Fact]
    public async Task While_a_certificate_and_its_key_are_replaced_the_old_ones_are_used()
    {
        await using StandInApiServer server = await StandInApiServer.StartAsync(certificates: _root);
        server.GoodCertificate = "CN=one";
        Write("one");
        ClusterAccess access = ClusterAccess.Find(
            _files.Write("kubeconfig", server.Kubeconfig("    client-certificate: client.pem\n    client-key: client.key")), static _ => null);
        using KubernetesApi api = new(access, "crik-tests/1");
        Assert.Null(await ProblemAsync(api));

        using X509Certificate2 other = _root.Issue("CN=two");
        _files.Write("client.pem", other.ExportCertificatePem()); // the key follows later
        access.Credentials.Refused(await access.Credentials.GetAsync(CancellationToken.None));

        Assert.Null(await ProblemAsync(api));
    }

    public void Dispose()
    {
        _files.Dispose();
        _root.Dispose();
    }

    private void Write(string name)
    {
        using X509Certificate2 certificate = _root.Issue($"CN={name}");
        _files.Write("client.pem", certificate.ExportCertificatePem());
        _files.Write("client.key", certificate.GetECDsaPrivateKeyPem());
    }

    private static async Task<string?> ProblemAsync(StandInApiServer server, string authorities, Func<ClusterAccess, ClusterAccess>? change = null)
    {
        ClusterAccess access = new() { Server = server.Address, Authorities = ConfiguredText.Fixed(authorities) };
        using KubernetesApi api = new(change?.Invoke(access) ?? access, "crik-tests/1");
        return await ProblemAsync(api);
    }

    private static async Task<string?> ProblemAsync(KubernetesApi api)
    {
        try
        {
            (await api.SendAsync(HttpMethod.Get, "/api/v1/nodes?limit=1", null, CancellationToken.None)).Dispose();
            return null;
        }
        catch (KubernetesException exception)
        {
            return exception.Message;
        }
    }
}
