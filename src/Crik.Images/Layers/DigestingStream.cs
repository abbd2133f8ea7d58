using System.Security.Cryptography;

namespace Crik.Images.Layers;

/// <summary>Passes on what it reads, and knows its digest and size at the end.</summary>
internal sealed class DigestingStream(Stream source) : ForwardStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private string? _digest;

    public long Size { get; private set; }

    /// <summary>The digest of everything. Ask when the stream is at its end.</summary>
    public string Digest => _digest ??= "sha256:" + Convert.ToHexStringLower(_hash.GetHashAndReset());

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int length = await source.ReadAsync(buffer, cancellationToken);
        _hash.AppendData(buffer.Span[..length]);
        Size += length;
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            source.Dispose();
        }

        base.Dispose(disposing);
    }
}
