using System.Text.Json;
using Crik.Images.Layers;

namespace Crik.Images.Encryption;

/// <summary>
/// The encryption of one layer: its key, and the annotations from which the holder of the private key learns it (ocicrypt,
/// encryption.go, EncryptLayer).
/// </summary>
internal sealed class LayerSeal(LayerEncryption recipient)
{
    private const string Cipher = "AES_256_CTR_HMAC_SHA256";

    private readonly Lock _lock = new();
    private (string Digest, string WrappedKey)? _wrapped;

    public LayerKey Key { get; } = LayerKey.Random();

    public IReadOnlyDictionary<string, string> AnnotationsOf(LayerFacts layer)
    {
        byte[] options = JsonSerializer.SerializeToUtf8Bytes(
            new PublicOptionsDocument(Cipher, layer.AuthenticationCode!, new Dictionary<string, byte[]>()), EncryptionJson.Default.PublicOptionsDocument);
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["org.opencontainers.image.enc.keys.jwe"] = WrappedKeyOf(layer),
            ["org.opencontainers.image.enc.pubopts"] = Convert.ToBase64String(options),
        };
    }

    /// <summary>Wrapping is random. It is done once, so that the same layer gives the same manifest.</summary>
    private string WrappedKeyOf(LayerFacts layer)
    {
        lock (_lock)
        {
            if (_wrapped is not { } known || known.Digest != layer.PlainDigest)
            {
                byte[] options = JsonSerializer.SerializeToUtf8Bytes(
                    new PrivateOptionsDocument(Key.Key, layer.PlainDigest, new Dictionary<string, byte[]> { ["nonce"] = Key.InitialBlock }),
                    EncryptionJson.Default.PrivateOptionsDocument);
                known = (layer.PlainDigest, Convert.ToBase64String(Jwe.Encrypt(options, recipient.PublicKey)));
                _wrapped = known;
            }

            return known.WrappedKey;
        }
    }
}
