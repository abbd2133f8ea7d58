using System.Buffers;
using System.Net.Sockets;

namespace Crik.Kubernetes.Api;

/// <summary>
/// Buffers a part of a response's body. It grows to the size of the largest object in the body, which is about 12 KB
/// for a Node, and never beyond <see cref="Most"/>.
/// </summary>
public sealed class ResponseBuffer(Stream body) : IDisposable
{
    /// <summary>The largest object that is read, in bytes. etcd accepts objects of up to 1.5 MB.</summary>
    public const int Most = 4 << 20;

    private const int First = 32 << 10;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(First);
    private int _start;
    private int _end;

    public ReadOnlySpan<byte> Unread => _bytes.AsSpan(_start, _end - _start);

    public int Capacity => _bytes.Length;

    public bool IsAtEnd { get; private set; }

    public void Consume(int count) => _start += count;

    /// <exception cref="KubernetesException">The connection broke, or an object is larger than the limit.</exception>
    public async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        try
        {
            int count = await body.ReadAsync(_bytes.AsMemory(_end), cancellationToken);
            _end += count;
            IsAtEnd = count == 0;
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or SocketException)
        {
            throw KubernetesException.NoAnswer($"the connection to the API server broke: {exception.Message}", exception);
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            Unread.CopyTo(_bytes);
            (_start, _end) = (0, _end - _start);
        }

        if (_end < _bytes.Length)
        {
            return;
        }

        if (_bytes.Length >= Most)
        {
            throw KubernetesException.NotUnderstood($"the API server sent an object of more than {Most} bytes, which is the limit");
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
        Unread.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
