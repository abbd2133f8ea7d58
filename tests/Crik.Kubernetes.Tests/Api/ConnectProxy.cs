using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Crik.Kubernetes.Tests.Api;

/// <summary>A real HTTP proxy for CONNECT. Every tunnel leads to one port of this machine.</summary>
internal sealed class ConnectProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly int _target;
    private readonly string? _authorization;
    private readonly Task _accepting;

    /// <param name="user">`name:password`, which a client must send. Null means that everybody may use the proxy.</param>
    public ConnectProxy(int target, string? user = null)
    {
        _target = target;
        _authorization = user is null ? null : "Proxy-Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(user));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The first line of each request that was let through, such as `CONNECT example.com:443 HTTP/1.1`.</summary>
    public string[] Requests => [.. _requests];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_end.Token);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient _ = client;
        try
        {
            NetworkStream stream = client.GetStream();
            string[] lines = await HeadersAsync(stream);
            while (_authorization is not null && !lines.Contains(_authorization))
            {
                await stream.WriteAsync("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), _end.Token);
                lines = await HeadersAsync(stream);
            }

            _requests.Enqueue(lines[0]);
            using TcpClient target = new();
            await target.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), _end.Token);
            await Task.WhenAny(stream.CopyToAsync(target.GetStream(), _end.Token), target.GetStream().CopyToAsync(stream, _end.Token));
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException)
        {
            // The client has gone, or the test is over.
        }
    }

    private async Task<string[]> HeadersAsync(NetworkStream stream)
    {
        StringBuilder text = new();
        byte[] letter = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(letter, _end.Token) == 0)
            {
                throw new IOException("the client has gone");
            }

            text.Append((char)letter[0]);
        }

        return text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }
}
