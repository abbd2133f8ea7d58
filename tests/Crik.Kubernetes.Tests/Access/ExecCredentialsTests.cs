using System.Text;
using System.Text.Json.Nodes;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.StandIn;

namespace Crik.Kubernetes.Tests.Access;

/// <summary>Tests real commands that print credentials.</summary>
public sealed class ExecCredentialsTests : IDisposable
{
    private const string V1 = "client.authentication.k8s.io/v1";

    private readonly TempDirectory _files = new();
    private readonly ShiftedClock _clock = new();

    [Fact]
    public async Task A_command_runs_again_when_its_credential_expires_and_after_a_refusal()
    {
        ExecCredentials credentials = Of($$$"""
            echo x >> {{{_files.Path}}}/runs
            printf '{"apiVersion":"{{{V1}}}","kind":"ExecCredential","status":{"token":"t%s","expirationTimestamp":"{{{DateTimeOffset.UtcNow.AddMinutes(10):yyyy-MM-dd'T'HH:mm:ss'Z'}}}"}}' $(wc -l < {{{_files.Path}}}/runs)
            """);

        Credential first = await GetAsync(credentials);
        Assert.Equal("Bearer t1", $"{first.Authorization}");
        Assert.Same(first, await GetAsync(credentials));

        credentials.Refused(first);
        Assert.Equal("Bearer t2", $"{(await GetAsync(credentials)).Authorization}");
        credentials.Refused(first); // a late answer to the old credential does not discard the new one
        Assert.Equal("Bearer t2", $"{(await GetAsync(credentials)).Authorization}");

        _clock.Forward(TimeSpan.FromMinutes(11));
        Assert.Equal("Bearer t3", $"{(await GetAsync(credentials)).Authorization}");
    }

    [Fact]
    public async Task A_command_gets_its_arguments_its_variables_and_the_cluster()
    {
        using StandInCertificates certificates = new();
        _files.Write("ca.pem", certificates.AuthorityPem);
        string kubeconfig = Kubeconfig(
            $$"""{ apiVersion: {{V1}}, command: ./plugin, args: [one, "t w o"], env: [{ name: COLOUR, value: blue }], interactiveMode: Never, provideClusterInfo: true }""",
            "certificate-authority: ca.pem, extensions: [{ name: client.authentication.k8s.io/exec, extension: { audience: a, deep: { n: 5, s: '5', l: [true] } } }]");
        Script($$$"""
            echo "$1|$2|$COLOUR" > {{{_files.Path}}}/seen
            echo "$KUBERNETES_EXEC_INFO" > {{{_files.Path}}}/info
            echo '{"apiVersion":"{{{V1}}}","kind":"ExecCredential","status":{"clientCertificateData":"c","clientKeyData":"k"}}'
            """);

        Credential credential = await GetAsync(Access(kubeconfig).Credentials);

        Assert.Equal(new Credential(null, new CertificatePem("c", "k")), credential);
        Assert.Equal("one|t w o|blue\n", File.ReadAllText(_files.In("seen")));
        JsonNode info = JsonNode.Parse(File.ReadAllText(_files.In("info")))!;
        Assert.True(JsonNode.DeepEquals(info, JsonNode.Parse($$$"""
            {"kind":"ExecCredential","apiVersion":"{{{V1}}}","spec":{"interactive":false,"cluster":{"server":"https://127.0.0.1:1",
             "certificate-authority-data":"{{{Convert.ToBase64String(Encoding.UTF8.GetBytes(certificates.AuthorityPem))}}}","config":{"audience":"a","deep":{"n":5,"s":"5","l":[true] } } } } }
            """)), info.ToJsonString());
    }

    [Theory]
    [InlineData("echo first >&2; echo 'no session' >&2; exit 3", "it exited with 3: no session\ninstall it with: apt install plugin")]
    [InlineData("echo hello", "its output is not an ExecCredential\n")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"status\":{\"token\":\"t\"}}'", "not an ExecCredential of client.authentication.k8s.io/v1 with")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{}}'", "neither a token nor a client certificate")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"clientKeyData\":\"k\"}}'", "only one of")]
    public async Task A_command_that_fails_is_reported_with_its_name_the_reason_and_the_hint(string script, string problem)
    {
        string message = (await Assert.ThrowsAsync<CredentialException>(() => GetAsync(Of(script)))).Message;

        Assert.StartsWith($"the credential command '{_files.In("plugin")}' of the kubeconfig failed: ", message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
        Assert.EndsWith("\ninstall it with: apt install plugin", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_hangs_is_ended()
    {
        Script($"echo $$ > {_files.Path}/pid; sleep 1000");
        ExecCredentials credentials = new(Command(), _clock) { Limit = TimeSpan.FromMilliseconds(500) };

        Assert.Contains("did not end within 0.5 s", (await Assert.ThrowsAsync<CredentialException>(() => GetAsync(credentials))).Message, StringComparison.Ordinal);
        string pid = File.ReadAllText(_files.In("pid")).Trim();
        await Eventually.TrueAsync(() => !Directory.Exists($"/proc/{pid}") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal), "the command has ended");
    }

    [Fact]
    public async Task A_caller_that_does_not_wait_for_a_slow_command_does_not_end_it()
    {
        ExecCredentials credentials = Of($$$"""
            echo x >> {{{_files.Path}}}/runs
            while [ ! -e {{{_files.Path}}}/go ]; do sleep 0.05; done
            echo '{"apiVersion":"{{{V1}}}","kind":"ExecCredential","status":{"token":"t"}}'
            """);
        using CancellationTokenSource hurry = new();
        Task<Credential> first = credentials.GetAsync(hurry.Token).AsTask();
        await Eventually.TrueAsync(() => File.Exists(_files.In("runs")), "the command runs");
        await hurry.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        Task<Credential> second = GetAsync(credentials);
        _files.Write("go", "");

        Assert.Equal("Bearer t", $"{(await Eventually.InTimeAsync(second)).Authorization}");
        Assert.Equal("x\n", File.ReadAllText(_files.In("runs")));
    }

    [Fact]
    public async Task Of_the_output_of_a_command_no_more_than_a_credential_can_have_is_kept()
    {
        ExecCredentials credentials = Of($$"""
            printf '{"apiVersion":"{{V1}}","kind":"ExecCredential","status":{"token":"t"},"spec":"'
            head -c 2000000 /dev/zero | tr '\0' x
            printf '"}'
            """);

        string message = (await Assert.ThrowsAsync<CredentialException>(() => GetAsync(credentials))).Message;
        Assert.Contains("its output is not an ExecCredential", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exit 1", "was not asked: the credential command")]
    [InlineData("echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"clientCertificateData\":\"c\",\"clientKeyData\":\"k\"}}'", "was not asked: a certificate or its key cannot be used")]
    public async Task A_request_that_cannot_have_a_credential_is_not_sent(string script, string message)
    {
        await using StandInApiServer server = await StandInApiServer.StartAsync();
        Script(script);
        using KubernetesApi api = new(new ClusterAccess { Server = server.Address, Credentials = new ExecCredentials(Command(), _clock) }, "crik-tests/1");

        KubernetesException problem = await Assert.ThrowsAsync<KubernetesException>(() => api.SendAsync(HttpMethod.Get, "/version", null, CancellationToken.None));

        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_command_that_does_not_exist_is_reported_with_the_hint()
    {
        ExecCredentials credentials = new(Command() with { Command = "no-such-plugin" }, _clock);

        string message = (await Assert.ThrowsAsync<CredentialException>(() => GetAsync(credentials))).Message;

        Assert.Contains("'no-such-plugin' of the kubeconfig failed: it could not be started", message, StringComparison.Ordinal);
        Assert.EndsWith("apt install plugin", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ command: a }", "no apiVersion")]
    [InlineData("{ apiVersion: client.authentication.k8s.io/v1alpha1, command: a }", "v1alpha1")]
    [InlineData("{ apiVersion: client.authentication.k8s.io/v1, command: a }", "no interactiveMode")]
    [InlineData("{ apiVersion: client.authentication.k8s.io/v1beta1 }", "no command")]
    [InlineData("{ apiVersion: client.authentication.k8s.io/v1beta1, command: a, interactiveMode: Often }", "Often")]
    public void An_exec_that_is_wrong_is_reported_at_once(string exec, string problem) =>
        Assert.Contains(problem, Assert.Throws<ClusterConfigurationException>(() => Access(Kubeconfig(exec, ""))).Message, StringComparison.Ordinal);

    public void Dispose() => _files.Dispose();

    private static Task<Credential> GetAsync(Credentials credentials) => credentials.GetAsync(CancellationToken.None).AsTask();

    private ExecCredentials Of(string script)
    {
        Script(script);
        return new ExecCredentials(Command(), _clock);
    }

    private ExecCommand Command() => new() { ApiVersion = V1, Command = _files.In("plugin"), InteractiveMode = "Never", InstallHint = "install it with: apt install plugin\n" };

    private void Script(string text)
    {
        string path = _files.Write("plugin", "#!/bin/sh\n" + text + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
    }

    private ClusterAccess Access(string kubeconfig) => ClusterAccess.Find(_files.Write("kubeconfig", kubeconfig), static _ => null);

    private static string Kubeconfig(string exec, string cluster) => $$"""
        current-context: a
        contexts: [{ name: a, context: { cluster: c, user: u } }]
        clusters: [{ name: c, cluster: { server: "https://127.0.0.1:1", {{cluster}} } }]
        users: [{ name: u, user: { exec: {{exec}} } }]
        """;
}
