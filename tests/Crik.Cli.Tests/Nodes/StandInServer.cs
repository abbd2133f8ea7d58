using System.Net;
using System.Net.Sockets;
using System.Text;
using Crik.Nodes;

namespace Crik.Tests.Nodes;

/// <summary>Answers over real TCP, byte by byte what a test says. It stands in for servers that misbehave, and for clouds.</summary>
internal sealed class StandInServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, string?> _answer;
    private readonly List<string> _requests = [];
    private readonly List<TcpClient> _silent = [];

    /// <param name="answer">From a request's head to the whole answer; <see langword="null"/> keeps silent.</param>
    public StandInServer(Func<string, string?> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = ServeAsync();
    }

    public HttpAddress Address => new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port, "");

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
        lock (_silent)
        {
            _silent.ForEach(client => client.Dispose());
        }
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                _ = AnswerAsync(client);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // the test is over
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            NetworkStream stream = client.GetStream();
            StringBuilder head = new();
            byte[] buffer = new byte[4096];
            while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                int count = await stream.ReadAsync(buffer);
                if (count == 0)
                {
                    return;
                }

                head.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }

            lock (_requests)
            {
                _requests.Add(head.ToString());
            }

            if (_answer(head.ToString()) is { } answer)
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes(answer));
                client.Dispose();
            }
            else
            {
                lock (_silent)
                {
                    _silent.Add(client); // collected it would be closed, and that is an answer
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or SocketException)
        {
            // the client has had enough
        }
    }
}
