using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;

namespace Crik.Bench;

/// <summary>
/// Clients that ask for much and read almost nothing. When the server disconnects or refuses one, it comes again.
/// </summary>
internal sealed class SlowReaders : IAsyncDisposable
{
    /// <summary>When a reader that was disconnected comes again. One that was refused obeys Retry-After.</summary>
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_betweenReads = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _end = new();
    private readonly Task[] _readers;
    private int _connected;
    private int _refused;

    public SlowReaders(int port, string path, int count) =>
        _readers = [.. Enumerable.Range(0, count).Select(_ => Task.Run(() => ReadSlowlyAsync(port, RawConnection.Get(path))))];

    /// <summary>How often a reader was connected, and how often it was refused or disconnected.</summary>
    public (int Connected, int Refused) Count => (Volatile.Read(ref _connected), Volatile.Read(ref _refused));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_readers);
        _end.Dispose();
    }

    private async Task ReadSlowlyAsync(int port, byte[] request)
    {
        byte[] little = new byte[256];
        while (!_end.IsCancellationRequested)
        {
            try
            {
                using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), _end.Token);
                await socket.SendAsync(request, _end.Token);
                Interlocked.Increment(ref _connected);
                TimeSpan? again = null;
                while (again is null)
                {
                    int length = await socket.ReceiveAsync(little, _end.Token);
                    again = length == 0 ? s_again : RetryAfter(little.AsSpan(0, length));
                    await Task.Delay(again ?? s_betweenReads, _end.Token);
                }
            }
            catch (SocketException)
            {
                await Task.Delay(s_again).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            Interlocked.Increment(ref _refused);
        }
    }

    /// <returns>When to come again, if this is the beginning of a refusal.</returns>
    private static TimeSpan? RetryAfter(ReadOnlySpan<byte> answer)
    {
        int field = answer.StartsWith("HTTP/1.1 503"u8) ? answer.IndexOf("Retry-After: "u8) : -1;
        return field >= 0 && Utf8Parser.TryParse(answer[(field + "Retry-After: ".Length)..], out int seconds, out _) ? TimeSpan.FromSeconds(seconds) : null;
    }
}
