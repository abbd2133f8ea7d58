using System.Text;
using Crik.Kubernetes.Access;
using Crik.StandIn;

namespace Crik.Kubernetes.Tests.Access;

public sealed class KubeconfigTests : IDisposable
{
    private readonly TempDirectory _files = new();
    private readonly StandInCertificates _certificates = new();

    [Fact]
    public void Certificates_may_be_in_the_kubeconfig_or_in_files_next_to_it()
    {
        using System.Security.Cryptography.X509Certificates.X509Certificate2 client = _certificates.Issue("CN=me");
        string certificate = client.ExportCertificatePem();
        string key = client.GetECDsaPrivateKeyPem();
        _files.Write("ca.pem", _certificates.AuthorityPem);
        _files.Write("client.pem", certificate);
        _files.Write("client.key", key);

        ClusterAccess inside = Read($"certificate-authority-data: {Base64(_certificates.AuthorityPem)}",
            $"client-certificate-data: {Base64(certificate)}", $"client-key-data: {Base64(key)}");
        ClusterAccess beside = Read("certificate-authority: ca.pem", "client-certificate: client.pem", "client-key: client.key");

        Assert.Equal(_certificates.AuthorityPem, inside.Authorities!.Read());
        Assert.Equal(_certificates.AuthorityPem, beside.Authorities!.Read());
        Assert.Equal(new CertificatePem(certificate, key), Credential(inside).Certificate);
        Assert.Equal(new CertificatePem(certificate, key), Credential(beside).Certificate);
    }

    [Fact]
    public void A_token_may_be_in_the_kubeconfig_or_in_a_file()
    {
        _files.Write("token", "from-file\n");

        Assert.Equal("inside", Token(Read("", "token: inside")));
        Assert.Equal("from-file", Token(Read("", "tokenFile: token")));

        // The file wins, as in client-go.
        Assert.Equal("from-file", Token(Read("", "token: inside", "tokenFile: token")));
    }

    [Fact]
    public void A_cluster_may_have_a_path_and_another_TLS_server_name()
    {
        ClusterAccess access = Read("tls-server-name: kubernetes.default.svc", "token: t");

        Assert.Equal(("/clusters/one", "kubernetes.default.svc", false), (access.PathPrefix, access.TlsServerName, access.SkipTlsVerify));
        Assert.True(Read("insecure-skip-tls-verify: true", "token: t").SkipTlsVerify);
    }

    [Fact]
    public void A_context_may_name_a_namespace()
    {
        string path = _files.Write("named", """
            contexts: [{name: a, context: {cluster: c, namespace: shop}}, {name: b, context: {cluster: c}}]
            clusters: [{name: c, cluster: {server: "https://example:6443"}}]
            """);

        Assert.Equal("shop", ClusterAccess.Find(path, static _ => null, "a").Namespace);
        Assert.Null(ClusterAccess.Find(path, static _ => null, "b").Namespace);
    }

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData("current-context: a", "has no context 'a'")]
    [InlineData("contexts: []", "has no current-context")]
    [InlineData("current-context: \"\"\ncontexts: []", "has no current-context")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {}}]", "context 'a' does not name a cluster")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]", "has no cluster 'c'")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {}}]", "the cluster has no server")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'not a url'}}]", "the server must be an https or http address")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'ftp://x'}}]", "the server must be an https or http address")]
    [InlineData("current-context: a\ncontexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: {server: 'https://x'}}]", "has no user 'u'")]
    [InlineData("current-context: a\ncontexts: hello", "has no context 'a'")]
    [InlineData("just text", "must contain exactly one YAML document")]
    [InlineData("a: [", "is not valid YAML")]
    public void A_problem_in_a_kubeconfig_is_reported_with_the_path_of_the_file(string text, string problem)
    {
        string path = _files.Write("kubeconfig", text);

        string message = Assert.Throws<ClusterConfigurationException>(() => ClusterAccess.Find(path, static _ => null)).Message;

        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("certificate-authority-data: '%%%'", "token: t", "certificate-authority-data")]
    [InlineData("certificate-authority-data: aGVsbG8=", "token: t", "certificate-authority contains no certificate")]
    [InlineData("certificate-authority: nowhere.pem", "token: t", "nowhere.pem")]
    [InlineData("", "client-certificate-data: aGVsbG8=", "client-certificate but no client-key")]
    [InlineData("", "auth-provider: { name: gcp }", "Kubernetes 1.26 removed")]
    [InlineData("proxy-url: nowhere", "token: t", "proxy-url must be an http, https or socks5 address")]
    public void Credentials_that_cannot_be_used_are_reported(string cluster, string user, string problem) =>
        Assert.Contains(problem, Assert.Throws<ClusterConfigurationException>(() => Read(cluster, user)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_client_certificate_with_the_key_of_another_one_is_reported()
    {
        using System.Security.Cryptography.X509Certificates.X509Certificate2 one = _certificates.Issue("CN=one");
        using System.Security.Cryptography.X509Certificates.X509Certificate2 other = _certificates.Issue("CN=other");

        ClusterConfigurationException problem = Assert.Throws<ClusterConfigurationException>(() => Read("",
            $"client-certificate-data: {Base64(one.ExportCertificatePem())}", $"client-key-data: {Base64(other.GetECDsaPrivateKeyPem())}"));

        Assert.Contains(_files.Path, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_error_about_a_missing_kubeconfig_has_its_path() =>
        Assert.Contains("/nowhere/config", Assert.Throws<ClusterConfigurationException>(() => ClusterAccess.Find("/nowhere/config", static _ => null)).Message, StringComparison.Ordinal);

    [Fact]
    public void Of_several_kubeconfigs_the_first_existing_one_is_used()
    {
        string path = Write("", "token: t");

        Assert.Equal("t", Token(ClusterAccess.Find($"/nowhere/config:{path}", static _ => null)));
    }

    [Fact]
    public void In_a_pod_the_service_account_is_used()
    {
        _files.Write("token", "of-the-pod");
        _files.Write("ca.crt", _certificates.AuthorityPem);

        ClusterAccess access = ServiceAccount.Find(Environment("10.96.0.1"), _files.Path)!;
        ClusterAccess six = ServiceAccount.Find(Environment("fd00::1"), _files.Path)!;

        Assert.Equal(("https://10.96.0.1:6443/", "of-the-pod"), (access.Server.AbsoluteUri, Token(access)));
        Assert.Equal("https://[fd00::1]:6443/", six.Server.AbsoluteUri);
        Assert.Equal(_certificates.AuthorityPem, access.Authorities!.Read());
    }

    [Fact]
    public void A_pod_without_a_token_or_authority_is_reported()
    {
        Assert.Contains("automountServiceAccountToken", Assert.Throws<ClusterConfigurationException>(() => ServiceAccount.Find(Environment("h"), _files.Path)).Message, StringComparison.Ordinal);
        _files.Write("token", "t");
        Assert.Contains("ca.crt", Assert.Throws<ClusterConfigurationException>(() => ServiceAccount.Find(Environment("h"), _files.Path)).Message, StringComparison.Ordinal);
        _files.Write("ca.crt", "nothing");
        Assert.Contains("ca.crt", Assert.Throws<ClusterConfigurationException>(() => ServiceAccount.Find(Environment("h"), _files.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_configuration_of_the_cluster_is_reported() =>
        Assert.StartsWith("no cluster is configured:", Assert.Throws<ClusterConfigurationException>(() => ClusterAccess.Find(null, name => name == "HOME" ? _files.Path : null)).Message, StringComparison.Ordinal);

    public void Dispose()
    {
        _files.Dispose();
        _certificates.Dispose();
    }

    private static Func<string, string?> Environment(string host) =>
        name => name switch { "KUBERNETES_SERVICE_HOST" => host, "KUBERNETES_SERVICE_PORT_HTTPS" => "6443", _ => null };

    private static Credential Credential(ClusterAccess access) => access.Credentials.GetAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();

    private static string? Token(ClusterAccess access) => Credential(access).Authorization?.Parameter;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private ClusterAccess Read(string cluster, params string[] user) => ClusterAccess.Find(Write(cluster, user), static _ => null);

    private string Write(string cluster, params string[] user) => _files.Write("kubeconfig", $"""
        current-context: a
        contexts: [{"{"}name: a, context: {"{"}cluster: c, user: u{"}"}{"}"}]
        clusters:
        - name: c
          cluster:
            server: https://127.0.0.1:1/clusters/one
            {cluster}
        users:
        - name: u
          user:
            {string.Join("\n    ", user)}
        """);
}
