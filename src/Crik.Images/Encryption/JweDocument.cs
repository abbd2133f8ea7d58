using System.Text.Json.Serialization;

namespace Crik.Images.Encryption;

/// <summary>The flattened JSON form of a JWE (RFC 7516, section 7.2.2). All values are base64url.</summary>
internal sealed record JweDocument(
    [property: JsonPropertyName("protected")] string Header,
    [property: JsonPropertyName("encrypted_key")] string EncryptedKey,
    [property: JsonPropertyName("iv")] string InitializationVector,
    [property: JsonPropertyName("ciphertext")] string Ciphertext,
    [property: JsonPropertyName("tag")] string Tag);
