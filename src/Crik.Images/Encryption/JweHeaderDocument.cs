using System.Text.Json.Serialization;

namespace Crik.Images.Encryption;

/// <summary>The header of a JWE that is authenticated with it (RFC 7516, section 4.1).</summary>
internal sealed record JweHeaderDocument([property: JsonPropertyName("alg")] string KeyAlgorithm, [property: JsonPropertyName("enc")] string ContentAlgorithm);
