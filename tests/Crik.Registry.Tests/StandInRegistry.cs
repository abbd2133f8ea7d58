using System.Globalization;
using System.Text;

namespace Crik.Registry.Tests;

/// <summary>Stands in for a registry: the test says what is under which path. It has neither TLS nor a policy of its own.</summary>
internal sealed class StandInRegistry : IDisposable
{
    private readonly Dictionary<string, (string Status, string Headers, byte[] Body)> _content = [];
    private readonly StandInHttpServer _server;

    public StandInRegistry()
    {
        _server = new StandInHttpServer(head => Task.FromResult<byte[]?>(Answer(head)));
    }

    public string Host => $"127.0.0.1:{_server.Port}";

    /// <summary>The requests so far: method and path.</summary>
    public IEnumerable<string> Requests => _server.Requests.Select(head => string.Join(' ', head.Split(' ').Take(2)));

    public string[] Heads => _server.Requests;

    /// <summary>What has to be true of a request before the content is sent; otherwise the answer is 401 with this challenge.</summary>
    public (Func<string, bool> Holds, string Challenge)? Demand { get; set; }

    /// <summary>Keeps silent.</summary>
    public bool Hangs { get; set; }

    public ImageReference Image(string version = ":1") => ImageReference.Parse($"{Host}/team/app{version}");

    public void Put(string path, string body, string status = "200 OK", string headers = "") => _content[path] = (status, headers, Encoding.UTF8.GetBytes(body));

    public string PutBlob(string body)
    {
        string digest = DigestOf(body);
        Put($"/v2/team/app/blobs/{digest}", body);
        return digest;
    }

    /// <returns>Its digest.</returns>
    public string PutManifest(string body, string? version = null, string? digest = null)
    {
        digest ??= DigestOf(body);
        foreach (string name in (string[])[digest, .. version is null ? Array.Empty<string>() : [version]])
        {
            Put($"/v2/team/app/manifests/{name}", body, headers: $"Docker-Content-Digest: {digest}\r\n");
        }

        return digest;
    }

    /// <summary>A whole image under a tag, with this configuration.</summary>
    /// <returns>The digest of its manifest.</returns>
    public string PutImage(string configuration, string? version = "1", bool isDocker = false)
    {
        string digest = PutBlob(configuration);
        return PutManifest(Manifest(digest, isDocker), version);
    }

    public static string Manifest(string configurationDigest, bool isDocker = false)
    {
        string type = isDocker ? "application/vnd.docker.distribution.manifest.v2+json" : "application/vnd.oci.image.manifest.v1+json";
        string config = isDocker ? "application/vnd.docker.container.image.v1+json" : "application/vnd.oci.image.config.v1+json";
        return $$$"""{"schemaVersion":2,"mediaType":"{{{type}}}","config":{"mediaType":"{{{config}}}","digest":"{{{configurationDigest}}}","size":1},"layers":[]}""";
    }

    public static string DigestOf(string body) => ContentDigest.Sha256Of(Encoding.UTF8.GetBytes(body));

    public void Dispose() => _server.Dispose();

    private byte[]? Answer(string head)
    {
        if (Hangs)
        {
            return null;
        }

        string[] words = head.Split(' ');
        (string status, string headers, byte[] body) = Demand is { } demand && words[1].StartsWith("/v2/", StringComparison.Ordinal) && !demand.Holds(head)
            ? ("401 Unauthorized", $"WWW-Authenticate: {demand.Challenge}\r\n", [])
            : _content.GetValueOrDefault(words[1].Split('?')[0], ("404 Not Found", "", []));
        string length = headers.Contains("Content-Length", StringComparison.Ordinal) ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        byte[] start = Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{headers}{length}Connection: close\r\n\r\n");
        return words[0] is "HEAD" ? start : [.. start, .. body];
    }
}
