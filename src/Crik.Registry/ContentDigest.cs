using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Crik.Registry;

/// <summary>
/// The checksum by which a registry names content: `sha256:` or `sha512:` and lower-case hexadecimal digits (OCI
/// image-spec, descriptor.md).
/// </summary>
internal sealed record ContentDigest(string Algorithm, string Hex)
{
    public static bool TryParse(string? text, [NotNullWhen(true)] out ContentDigest? digest)
    {
        digest = text?.Split(':') is [("sha256" or "sha512") and var algorithm, var hex] && hex.Length == (algorithm is "sha256" ? 64 : 128)
            && hex.All(char.IsAsciiHexDigitLower) ? new ContentDigest(algorithm, hex) : null;
        return digest is not null;
    }

    public static string Sha256Of(ReadOnlySpan<byte> content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    public bool Fits(ReadOnlySpan<byte> content) =>
        Hex == Convert.ToHexStringLower(Algorithm is "sha256" ? SHA256.HashData(content) : SHA512.HashData(content));

    public override string ToString() => $"{Algorithm}:{Hex}";
}
