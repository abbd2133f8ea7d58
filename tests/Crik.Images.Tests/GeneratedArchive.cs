namespace Crik.Images.Tests;

/// <summary>An archive of any size that takes no memory: pages of a pattern come before the members of a small checkpoint.</summary>
internal sealed class GeneratedArchive : Stream
{
    private readonly byte[] _begin;
    private readonly byte[] _end = Archives.Containerd();
    private readonly byte[] _pattern = new byte[1 << 20];
    private readonly long _pages;

    public GeneratedArchive(long pageBytes)
    {
        _pages = pageBytes;
        new Random(5).NextBytes(_pattern.AsSpan(_pattern.Length / 2));
        _begin = TarHeader.Of('0', "checkpoint/pages-9.img", pageBytes);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _begin.Length + _pages + _end.Length;

    public override long Position { get; set; }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Span<byte> target = buffer.Span;
        int length = 0;
        if (Position < _begin.Length)
        {
            length = Copy(_begin, (int)Position, target);
        }
        else if (Position < _begin.Length + _pages)
        {
            int from = (int)((Position - _begin.Length) % _pattern.Length);
            length = Copy(_pattern.AsSpan(0, (int)Math.Min(_pattern.Length, _begin.Length + _pages - Position + from)), from, target);
        }
        else
        {
            length = Copy(_end, (int)(Position - _begin.Length - _pages), target);
        }

        Position += length;
        return ValueTask.FromResult(length);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static int Copy(ReadOnlySpan<byte> source, int from, Span<byte> target)
    {
        int length = Math.Min(target.Length, source.Length - from);
        source.Slice(from, length).CopyTo(target);
        return length;
    }
}
