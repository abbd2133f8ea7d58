namespace Crik.Registry.Tests.Pushing;

/// <summary>A content of any size that needs no memory. It can only be read forwards, like a compressed archive.</summary>
internal sealed class RepeatedStream(long length) : Stream
{
    /// <summary>Its length is prime, so that chunks differ.</summary>
    private static readonly byte[] s_pattern = Pattern(1_048_573);

    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public static BlobDescriptor Described(long length)
    {
        using RepeatedStream stream = new(length);
        return new BlobDescriptor("sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stream)), length);
    }

    public override int Read(Span<byte> buffer)
    {
        int from = (int)(_position % s_pattern.Length);
        int count = (int)Math.Min(Math.Min(buffer.Length, s_pattern.Length - from), length - _position);
        s_pattern.AsSpan(from, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static byte[] Pattern(int size)
    {
        byte[] pattern = new byte[size];
        new Random(1).NextBytes(pattern);
        return pattern;
    }
}
