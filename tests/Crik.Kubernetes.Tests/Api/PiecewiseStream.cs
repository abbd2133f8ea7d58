namespace Crik.Kubernetes.Tests.Api;

/// <summary>A response's body that arrives in pieces of a given size.</summary>
internal sealed class PiecewiseStream(IEnumerable<byte[]> content, int piece) : Stream
{
    private readonly IEnumerator<byte[]> _content = content.GetEnumerator();
    private ReadOnlyMemory<byte> _current;

    public long BytesRead { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_current.Length == 0)
        {
            if (!_content.MoveNext())
            {
                return ValueTask.FromResult(0);
            }

            _current = _content.Current;
        }

        int count = Math.Min(Math.Min(piece, buffer.Length), _current.Length);
        _current[..count].CopyTo(buffer);
        _current = _current[count..];
        BytesRead += count;
        return ValueTask.FromResult(count);
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
