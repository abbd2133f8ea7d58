using System.Text;
using Crik.Nodes;

namespace Crik.Tests.Nodes;

/// <summary>
/// Stands in for node state servers and for the metadata servers of clouds, including those that misbehave.
/// </summary>
internal sealed class StandInServer : IDisposable
{
    private readonly StandInHttpServer _server;

    /// <param name="answer">
    /// Turns the head of a request into the whole answer. The server keeps silent if the result is <see
    /// langword="null"/>.
    /// </param>
    public StandInServer(Func<string, string?> answer)
    {
        _server = new(head => Task.FromResult(answer(head) is { } text ? Encoding.Latin1.GetBytes(text) : null));
    }

    /// <summary>Closes a connection without an answer once the client has hung up.</summary>
    public bool ForgetsSilentClients
    {
        get => _server.ForgetsSilentClients;
        set => _server.ForgetsSilentClients = value;
    }

    public HttpAddress Address => new("127.0.0.1", _server.Port, "");

    public string[] Requests => _server.Requests;

    public static string Json(string body, string status = "200 OK") => StandInHttpServer.Json(body, status);

    public static string Http(string body, string status = "200 OK", string type = "text/plain") => StandInHttpServer.Http(body, status, type);

    public void Dispose() => _server.Dispose();
}
