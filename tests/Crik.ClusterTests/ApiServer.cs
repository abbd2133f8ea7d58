using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Crik.ClusterTests;

/// <summary>
/// Reads objects and logs from the API server. Tests look many times a second, and a kubectl for each look would need
/// more processor time than the cluster.
/// </summary>
public sealed class ApiServer : IDisposable
{
    private readonly HttpClient _client;

    /// <param name="kubeconfig">The path of a kubeconfig with a token.</param>
    public ApiServer(string kubeconfig)
    {
        JsonNode configuration = JsonNode.Parse(Cluster.Kubectl("config", "view", "--kubeconfig", kubeconfig, "--raw", "-o", "json"))!;
        JsonNode cluster = configuration["clusters"]![0]!["cluster"]!;
        string authority = Encoding.UTF8.GetString(Convert.FromBase64String((string)cluster["certificate-authority-data"]!));
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(authority));
        _client = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } }) { BaseAddress = new Uri((string)cluster["server"]!) };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)configuration["users"]![0]!["user"]!["token"]!);
    }

    public void Dispose() => _client.Dispose();

    public JsonNode Read(string path) => JsonNode.Parse(Text(path))!;

    public IEnumerable<JsonNode> Items(string path) => Read(path)["items"]!.AsArray().Select(item => item!);

    /// <exception cref="InvalidOperationException">
    /// The API server did not answer, or there is no such object. <see cref="Eventually"/> looks again then.
    /// </exception>
    public string Text(string path)
    {
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Get, path);
            using HttpResponseMessage answer = _client.Send(request);
            using StreamReader reader = new(answer.Content.ReadAsStream());
            string text = reader.ReadToEnd();
            return answer.IsSuccessStatusCode ? text : throw new InvalidOperationException($"{path}: {(int)answer.StatusCode}: {text}");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TaskCanceledException)
        {
            throw new InvalidOperationException($"{path}: {exception.Message}", exception);
        }
    }
}
