using System.Text.Json.Serialization;

namespace Crik.Images.Encryption;

/// <summary>What everybody may read: ocicrypt, blockcipher/blockcipher.go, PublicLayerBlockCipherOptions.</summary>
internal sealed record PublicOptionsDocument(
    [property: JsonPropertyName("cipher")] string Cipher,
    [property: JsonPropertyName("hmac")] string AuthenticationCode,
    [property: JsonPropertyName("cipheroptions")] IReadOnlyDictionary<string, byte[]> Options);
