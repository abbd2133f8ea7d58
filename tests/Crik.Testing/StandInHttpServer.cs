using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Crik.Testing;

/// <summary>
/// Stands in for an HTTP server on this machine's loopback address. The test decides every byte of every answer, so
/// that it
/// can also stand in for a server that misbehaves or that never answers.
/// </summary>
public sealed class StandInHttpServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, Task<byte[]?>> _answer;
    private readonly List<string> _requests = [];
    private readonly List<TcpClient> _unanswered = [];

    /// <param name="answer">
    /// Turns the head of a request into the whole answer. The server keeps silent if the result is <see
    /// langword="null"/>.
    /// </param>
    public StandInHttpServer(Func<string, Task<byte[]?>> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Closes a connection without an answer once the client has hung up.</summary>
    public bool ForgetsSilentClients { get; set; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The heads of the requests so far.</summary>
    public string[] Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public static string Json(string body, string status = "200 OK") => Http(body, status, "application/json; charset=utf-8");

    public static string Http(string body, string status = "200 OK", string type = "text/plain") =>
        $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    public void Dispose()
    {
        _listener.Dispose();
        lock (_unanswered)
        {
            _unanswered.ForEach(client => client.Dispose());
        }
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test has ended.
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            NetworkStream stream = client.GetStream();
            if (await ReadHeadAsync(stream) is not { } head)
            {
                client.Dispose();
                return;
            }

            lock (_requests)
            {
                _requests.Add(head);
            }

            if (await _answer(head) is { } answer)
            {
                await stream.WriteAsync(answer);
                client.Dispose();
            }
            else if (ForgetsSilentClients)
            {
                _ = await stream.ReadAsync(new byte[1]);
                client.Dispose();
            }
            else
            {
                lock (_unanswered)
                {
                    _unanswered.Add(client); // The garbage collector would close the connection, and that would be an answer.
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or SocketException or InvalidOperationException)
        {
            client.Dispose(); // The client closed the connection.
        }
    }

    private static async Task<string?> ReadHeadAsync(NetworkStream stream)
    {
        StringBuilder head = new();
        byte[] buffer = new byte[4096];
        while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            int count = await stream.ReadAsync(buffer);
            if (count == 0)
            {
                return null;
            }

            head.Append(Encoding.ASCII.GetString(buffer, 0, count));
        }

        return head.ToString();
    }
}
