using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Crik.Bench;

/// <summary>
/// A connection that stays open and sends prepared requests. It does not use HttpClient, because the load must cost
/// less than the server.
/// </summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _answer = new byte[1024];

    public static async Task<RawConnection> OpenAsync(int port)
    {
        RawConnection connection = new();
        await connection._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
        return connection;
    }

    public static byte[] Get(string path) => Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: node-state-server\r\nAccept: application/json\r\n\r\n");

    public async ValueTask SendAsync(byte[] request) => await _socket.SendAsync(request);

    /// <summary>Reads a whole answer. It must fit into the small buffer.</summary>
    /// <returns>The HTTP status.</returns>
    public async ValueTask<int> ReceiveAsync()
    {
        int length = 0;
        while (true)
        {
            int count = await _socket.ReceiveAsync(_answer.AsMemory(length));
            if (count == 0)
            {
                throw new IOException("the server closed the connection");
            }

            length += count;
            if (IsWhole(_answer.AsSpan(0, length)))
            {
                return (_answer[9] - '0') * 100 + (_answer[10] - '0') * 10 + (_answer[11] - '0');
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        int head = answer.IndexOf("\r\n\r\n"u8);
        int field = answer.IndexOf("Content-Length: "u8);
        if (head < 0 || field < 0 || field > head)
        {
            return false;
        }

        int body = 0;
        for (int i = field + "Content-Length: ".Length; answer[i] != '\r'; i++)
        {
            body = body * 10 + answer[i] - '0';
        }

        return answer.Length >= head + 4 + body;
    }
}
