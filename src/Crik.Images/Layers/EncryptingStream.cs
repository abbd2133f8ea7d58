using System.Security.Cryptography;

namespace Crik.Images.Layers;

/// <summary>
/// Encrypts a stream with AES_256_CTR_HMAC_SHA256 of ocicrypt (blockcipher/blockcipher_aes_ctr.go): the authentication
/// code is that of the encrypted bytes, with the same key.
/// </summary>
internal sealed class EncryptingStream(Stream plain, LayerKey key) : ForwardStream
{
    private readonly CounterKeyStream _keyStream = new(key.Key, key.InitialBlock);
    private readonly IncrementalHash _authentication = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Key);
    private string? _code;

    /// <summary>The authentication code of everything, in base64. Ask when the stream is at its end.</summary>
    public string AuthenticationCode => _code ??= Convert.ToBase64String(_authentication.GetHashAndReset());

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int length = await plain.ReadAsync(buffer, cancellationToken);
        _keyStream.Apply(buffer.Span[..length]);
        _authentication.AppendData(buffer.Span[..length]);
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _keyStream.Dispose();
            _authentication.Dispose();
            plain.Dispose();
        }

        base.Dispose(disposing);
    }
}
