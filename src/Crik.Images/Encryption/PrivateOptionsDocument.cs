using System.Text.Json.Serialization;

namespace Crik.Images.Encryption;

/// <summary>What only the holder of the private key may read: ocicrypt, blockcipher/blockcipher.go, PrivateLayerBlockCipherOptions.</summary>
internal sealed record PrivateOptionsDocument(
    [property: JsonPropertyName("symkey")] byte[] Key,
    [property: JsonPropertyName("digest")] string PlainDigest,
    [property: JsonPropertyName("cipheroptions")] IReadOnlyDictionary<string, byte[]> Options);
