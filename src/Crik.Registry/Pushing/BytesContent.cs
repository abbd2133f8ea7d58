using System.Net;
using System.Net.Http.Headers;

namespace Crik.Registry.Pushing;

/// <summary>
/// A body that is in memory. It says when parts of it were sent, so that a slow connection is told from a dead one.
/// </summary>
internal sealed class BytesContent : HttpContent
{
    /// <summary>The type of a body that only the registry's store looks at.</summary>
    public const string Binary = "application/octet-stream";

    private const int PartSize = 128 << 10;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly Action _moved;

    public BytesContent(ReadOnlyMemory<byte> bytes, string mediaType, Action moved)
    {
        (_bytes, _moved) = (bytes, moved);
        Headers.ContentType = new MediaTypeHeaderValue(mediaType);
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        for (int sent = 0; sent < _bytes.Length; sent += PartSize)
        {
            await stream.WriteAsync(_bytes.Slice(sent, Math.Min(PartSize, _bytes.Length - sent)), cancellationToken);
            _moved();
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = _bytes.Length;
        return true;
    }
}
