using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Crik.Registry.Tests;

/// <summary>Docker's registry, from Debian's package docker-registry, with TLS and a directory of its own.</summary>
internal sealed class RealRegistry : IDisposable
{
    private const string Program = "/usr/bin/docker-registry";

    private readonly TempDirectory _directory = new();
    private Process? _process;

    public RealRegistry(TestAuthority authority)
    {
        (string certificate, string key) = authority.Issue("127.0.0.1");
        File.WriteAllText(In("tls.crt"), certificate);
        File.WriteAllText(In("tls.key"), key);
        using TcpListener free = new(IPAddress.Loopback, 0);
        free.Start();
        Port = ((IPEndPoint)free.LocalEndpoint).Port;
    }

    public static string? SkipReason => File.Exists(Program) ? null : "Docker's registry is not installed: apt-get install docker-registry";

    public int Port { get; }

    public string Host => $"127.0.0.1:{Port}";

    public string In(string name) => Path.Combine(_directory.Path, name);

    /// <summary>Whether manifests may be deleted. Docker's registry allows it only if it is told so.</summary>
    public bool AllowsDeletion { get; init; }

    /// <summary>Starts it with this part of its configuration. It keeps its content when it is started again.</summary>
    public void Start(string auth)
    {
        Stop();
        File.WriteAllText(In("config.yml"), $$"""
            version: 0.1
            log: {level: warn}
            storage: {filesystem: {rootdirectory: {{In("data")}} }, delete: {enabled: {{(AllowsDeletion ? "true" : "false")}} } }
            http:
              addr: {{Host}}
              secret: test
              tls: {certificate: {{In("tls.crt")}}, key: {{In("tls.key")}} }
            {{auth}}
            """);
        _process = Process.Start(new ProcessStartInfo(Program, ["serve", In("config.yml")]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        StringBuilder log = new();
        _process.ErrorDataReceived += (_, line) => log.AppendLine(line.Data);
        _process.OutputDataReceived += (_, line) => log.AppendLine(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        Eventually.True(() => _process.HasExited ? throw new InvalidDataException($"the registry ended: {log}") : Listens(), "the registry listens");
    }

    /// <summary>Starts it for one user, whose password is `secret`.</summary>
    public void StartWithPassword()
    {
        File.WriteAllText(In("passwords"), "robot:$2b$04$NMi5DeFT6jCrNOxvb5dykunzrXkFRRr2Lme.dNm3kNPHupMQDk2TO\n");
        Start($"auth: {{htpasswd: {{realm: test, path: {In("passwords")}}}}}");
    }

    /// <summary>Starts it for everybody who has a token.</summary>
    public void StartWithTokens(TokenServer tokens)
    {
        File.WriteAllText(In("tokens.crt"), tokens.Pem);
        string realm = $"http://{tokens.Host}/token";
        Start($"auth: {{token: {{realm: '{realm}', service: registry, issuer: test, rootcertbundle: {In("tokens.crt")}}}}}");
    }

    /// <summary>What the user has who may use the registry, if the password is the right one.</summary>
    public static RegistryCredentials Secret(string host, string password)
    {
        RegistryCredentials credentials = new();
        credentials.AddDockerConfigJson(Encoding.UTF8.GetBytes(
            $$"""{"auths": {"https://{{host}}": {"auth": "{{Convert.ToBase64String(Encoding.UTF8.GetBytes($"robot:{password}"))}}"} } }"""));
        return credentials;
    }

    /// <summary>Pushes an image without layers, to a registry that asks for no credential.</summary>
    /// <returns>The digest of its manifest.</returns>
    public async Task<string> PushAsync(string repository, string tag, string configuration, TestAuthority authority)
    {
        using HttpClient http = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate!.Issuer.Contains("test authority", StringComparison.Ordinal) });
        Assert.NotEmpty(authority.Pem);
        string digest = StandInRegistry.DigestOf(configuration);
        using HttpResponseMessage begun = await http.PostAsync(new Uri($"https://{Host}/v2/{repository}/blobs/uploads/"), null);
        Uri location = begun.Headers.Location!;
        using ByteArrayContent blob = new(Encoding.UTF8.GetBytes(configuration));
        using HttpResponseMessage uploaded = await http.PutAsync(new Uri($"{location}{(location.Query.Length > 0 ? "&" : "?")}digest={digest}"), blob);
        Assert.Equal(HttpStatusCode.Created, uploaded.StatusCode);

        string manifest = StandInRegistry.Manifest(digest).Replace("\"size\":1", $"\"size\":{Encoding.UTF8.GetByteCount(configuration)}", StringComparison.Ordinal);
        using ByteArrayContent body = new(Encoding.UTF8.GetBytes(manifest));
        body.Headers.ContentType = new("application/vnd.oci.image.manifest.v1+json");
        using HttpResponseMessage put = await http.PutAsync(new Uri($"https://{Host}/v2/{repository}/manifests/{tag}"), body);
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
        return StandInRegistry.DigestOf(manifest);
    }

    public void Dispose()
    {
        Stop();
        _directory.Dispose();
    }

    private void Stop()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    private bool Listens()
    {
        try
        {
            using TcpClient client = new();
            client.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
