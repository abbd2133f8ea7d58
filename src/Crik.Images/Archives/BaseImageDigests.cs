namespace Crik.Images.Archives;

/// <summary>Finds the digest in the name of an image, as in `registry.example/app@sha256:…`.</summary>
internal static class BaseImageDigests
{
    private const string Prefix = "sha256:";

    public static string? In(string? name) =>
        name?.Split('@') is [_, var digest] && digest.StartsWith(Prefix, StringComparison.Ordinal) && digest.Length == Prefix.Length + 64
            && digest[Prefix.Length..].All(char.IsAsciiHexDigitLower) ? digest : null;
}
