using System.Net;
using System.Net.Sockets;

namespace Crik.Registry.Tests.Pushing;

/// <summary>Passes connections on to a server, and cuts some of them off after a number of bytes.</summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _port;
    private readonly Queue<long> _cuts;

    /// <param name="cuts">How much the connections one after the other may send. Those that follow are not cut.</param>
    public CuttingProxy(int port, params long[] cuts)
    {
        (_port, _cuts) = (port, new Queue<long>(cuts));
        _listener.Start();
        _ = ServeAsync();
    }

    public string Host => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>How many connections were not cut yet.</summary>
    public int Left => _cuts.Count;

    public void Dispose() => _listener.Dispose();

    private static async Task CopyAsync(NetworkStream from, NetworkStream to, long most)
    {
        byte[] buffer = new byte[64 << 10];
        while (most > 0 && await from.ReadAsync(buffer) is > 0 and var count)
        {
            await to.WriteAsync(buffer.AsMemory(0, count));
            most -= count;
        }
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                _ = PassOnAsync(client, _cuts.TryDequeue(out long most) ? most : long.MaxValue);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task PassOnAsync(TcpClient client, long most)
    {
        using (client)
        {
            using TcpClient server = new();
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _port);
                await Task.WhenAny(CopyAsync(client.GetStream(), server.GetStream(), most), CopyAsync(server.GetStream(), client.GetStream(), long.MaxValue));
            }
            catch (Exception exception) when (exception is IOException or SocketException)
            {
                // One of them hung up.
            }
        }
    }
}
