using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Crik.Kubernetes.Api;

/// <summary>
/// The handshake of a WebSocket (RFC 6455, section 4). ClientWebSocket is not used for it because it throws away the body
/// of a refusal, and with it the reason.
/// </summary>
internal sealed class WebSocketHandshake(IReadOnlyList<string> protocols)
{
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

    public void Ask(HttpRequestMessage request)
    {
        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("websocket");
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", _key);
        request.Headers.Add("Sec-WebSocket-Protocol", string.Join(", ", protocols));
    }

    /// <returns>The subprotocol, or null if the answer is not that of a WebSocket that speaks one of them.</returns>
    public string? Protocol(HttpResponseMessage response) =>
        Header(response, "Sec-WebSocket-Accept") == Accept() && Header(response, "Sec-WebSocket-Protocol") is { } chosen && protocols.Contains(chosen) ? chosen : null;

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

#pragma warning disable CA5350 // RFC 6455 prescribes SHA-1. It protects nothing.
    private string Accept() => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(_key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
}
