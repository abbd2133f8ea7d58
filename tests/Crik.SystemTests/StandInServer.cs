using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Crik.SystemTests;

/// <summary>Stands in for a node state server on this machine's loopback: it says what a test wants, when it wants it.</summary>
internal sealed partial class StandInServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _silent = [];
    private TaskCompletionSource _changed = new();

    public StandInServer(string? answer)
    {
        Answer = answer;
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>The whole answer; <see langword="null"/> keeps silent.</summary>
    public string? Answer { get; private set; }

    public string Url => $"http://{_listener.LocalEndpoint}";

    public int Requests { get; private set; }

    public static string State(string state, int version, string node = "node-1") =>
        Json($"{{\"name\":\"{node}\",\"state\":\"{state}\",\"reason\":\"the test says so\",\"version\":{version}}}");

    public static string Json(string body) =>
        $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    /// <summary>Lets every request that waits for a change have it.</summary>
    public void Change(string? answer)
    {
        TaskCompletionSource before = _changed;
        _changed = new TaskCompletionSource();
        Answer = answer;
        before.SetResult();
    }

    public void Dispose()
    {
        _listener.Dispose();
        _silent.ForEach(client => client.Dispose());
    }

    /// <summary>For an answer of another version than this one, which is the last that was given.</summary>
    [GeneratedRegex(@"\?wait=[^ ]*&version=(\d+)")]
    private static partial Regex Asked();

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
            // the test is over
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            byte[] buffer = new byte[8192];
            int count = await client.GetStream().ReadAsync(buffer);
            Requests++;
            Task change = _changed.Task;
            if (Asked().Match(Encoding.ASCII.GetString(buffer, 0, count)) is { Success: true } asked && Answer?.Contains($"\"version\":{asked.Groups[1].Value}}}", StringComparison.Ordinal) is not false)
            {
                await change;
            }

            if (Answer is { } answer)
            {
                await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(answer));
                client.Dispose();
            }
            else
            {
                _silent.Add(client);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // the client has gone
        }
    }
}
