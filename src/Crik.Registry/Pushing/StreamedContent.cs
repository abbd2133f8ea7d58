using System.Net;
using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;

namespace Crik.Registry.Pushing;

/// <summary>A body of unknown length that is read while it is sent. Its digest is known when it was sent.</summary>
internal sealed class StreamedContent : HttpContent
{
    private readonly Stream _source;
    private readonly Action<long> _sent;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private ExceptionDispatchInfo? _unreadable;
    private long _size;

    /// <param name="source">The content disposes of it.</param>
    /// <param name="sent">Hears how much was sent.</param>
    public StreamedContent(Stream source, Action<long> sent)
    {
        (_source, _sent) = (source, sent);
        Headers.ContentType = new MediaTypeHeaderValue(BytesContent.Binary);
    }

    /// <summary>What was sent. Null until all of it was.</summary>
    public BlobDescriptor? Sent { get; private set; }

    /// <summary>Throws what kept the source from being read, if anything. It looks like a broken connection otherwise.</summary>
    public void ThrowIfUnreadable() => _unreadable?.Throw();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1 << 20];
        while (await ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            _hash.AppendData(buffer, 0, count);
            await stream.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            _sent(_size += count);
        }

        Sent = new BlobDescriptor(ContentDigest.Sha256Of(_hash), _size);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _source.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            _unreadable = ExceptionDispatchInfo.Capture(exception);
            throw;
        }
    }
}
