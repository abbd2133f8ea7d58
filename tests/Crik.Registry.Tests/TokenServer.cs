using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Crik.Registry.Tests;

/// <summary>
/// A small token server, as distribution's spec/auth/token.md describes it. It gives signed tokens to one user for all
/// that is asked for, and to everybody to pull from repositories below `public/`.
/// </summary>
internal sealed class TokenServer : IDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;
    private readonly StandInHttpServer _server;

    public TokenServer()
    {
        CertificateRequest request = new("CN=token server", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
        _server = new StandInHttpServer(head => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(Answer(head))));
    }

    public string Pem => _certificate.ExportCertificatePem();

    public string Host => $"127.0.0.1:{_server.Port}";

    public string[] Requests => _server.Requests;

    public void Dispose()
    {
        _server.Dispose();
        _certificate.Dispose();
        _key.Dispose();
    }

    private string Answer(string head)
    {
        string query = Uri.UnescapeDataString(head.Split(' ')[1]);
        string[] scope = query.Split("scope=repository:")[1].Split('&')[0].Split(':');
        bool isUser = head.Contains($"Authorization: Basic {Convert.ToBase64String("robot:secret"u8)}", StringComparison.Ordinal);
        string[] actions = isUser ? scope[1].Split(',') : scope[0].StartsWith("public/", StringComparison.Ordinal) ? ["pull"] : [];
        return head.Contains("Authorization:", StringComparison.Ordinal) && !isUser ? StandInHttpServer.Json("{}", "401 Unauthorized")
            : StandInHttpServer.Json($$"""{"token":"{{Token(scope[0], actions)}}"}""");
    }

    private string Token(string repository, string[] actions)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        JsonObject access = new() { ["type"] = "repository", ["name"] = repository, ["actions"] = new JsonArray([.. actions]) };
        JsonObject header = new() { ["typ"] = "JWT", ["alg"] = "RS256", ["x5c"] = new JsonArray(Convert.ToBase64String(_certificate.RawData)) };
        JsonObject claims = new()
        {
            ["iss"] = "test",
            ["sub"] = "robot",
            ["aud"] = "registry",
            ["exp"] = now + 300,
            ["nbf"] = now - 10,
            ["iat"] = now,
            ["jti"] = $"{Guid.NewGuid()}",
            ["access"] = new JsonArray(access),
        };
        string signed = $"{Encode(header)}.{Encode(claims)}";
        byte[] signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
