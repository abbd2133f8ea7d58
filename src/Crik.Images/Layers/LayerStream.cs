namespace Crik.Images.Layers;

/// <summary>A layer made from an archive while it is read: compressed, encrypted, and every form of it digested once.</summary>
internal sealed class LayerStream : ForwardStream
{
    private readonly DigestingStream _archive;
    private readonly DigestingStream _compressed;
    private readonly EncryptingStream? _encrypted;
    private readonly DigestingStream _layer;
    private readonly Action<LayerFacts> _atEnd;

    private LayerFacts? _facts;

    public LayerStream(Stream archive, LayerCompression compression, int processors, LayerKey? key, Action<LayerFacts> atEnd)
    {
        _archive = new DigestingStream(archive);
        _compressed = compression is LayerCompression.Gzip ? new DigestingStream(new GzipMemberStream(_archive, processors)) : _archive;
        _encrypted = key is null ? null : new EncryptingStream(_compressed, key);
        _layer = _encrypted is null ? _compressed : new DigestingStream(_encrypted);
        _atEnd = atEnd;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int length = await _layer.ReadAsync(buffer, cancellationToken);
        if (length is 0 && buffer.Length > 0 && _facts is null)
        {
            _facts = new LayerFacts(_layer.Digest, _layer.Size, _archive.Digest)
            {
                PlainDigest = _compressed.Digest,
                AuthenticationCode = _encrypted?.AuthenticationCode,
                ArchiveSize = _archive.Size,
            };
            _atEnd(_facts);
        }

        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _layer.Dispose();
        }

        base.Dispose(disposing);
    }
}
