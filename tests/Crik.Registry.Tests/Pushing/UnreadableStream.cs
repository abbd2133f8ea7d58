namespace Crik.Registry.Tests.Pushing;

/// <summary>A content that cannot be read after two chunks.</summary>
internal sealed class UnreadableStream : Stream
{
    private readonly RepeatedStream _readable = new(2 * UploadChunk.UsualSize);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        _readable.Read(buffer, offset, count) is > 0 and var read ? read : throw new UnauthorizedAccessException("the disk says no");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _readable.Dispose();
        base.Dispose(disposing);
    }
}
