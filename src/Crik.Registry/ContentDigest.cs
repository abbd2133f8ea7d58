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

    /// <summary>The digest of what was given to the hash, which begins anew.</summary>
    public static string Sha256Of(IncrementalHash hash) => "sha256:" + Convert.ToHexStringLower(hash.GetHashAndReset());

    public bool Fits(ReadOnlySpan<byte> content) =>
        Hex == Convert.ToHexStringLower(Algorithm is "sha256" ? SHA256.HashData(content) : SHA512.HashData(content));

    /// <param name="claimed">The digest that the content should have. Null if nobody says one.</param>
    /// <param name="what">Names the content in the message: `its manifest`.</param>
    /// <exception cref="RegistryException">The content does not have it.</exception>
    public static void Verify(string? claimed, ReadOnlySpan<byte> content, string what)
    {
        if (TryParse(claimed, out ContentDigest? digest) && !digest.Fits(content))
        {
            throw new RegistryException(RegistryFailure.BadAnswer, $"the content of {what} does not have the digest {digest}");
        }
    }

    public override string ToString() => $"{Algorithm}:{Hex}";
}
