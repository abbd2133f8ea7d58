namespace Crik.Images;

/// <summary>What is known of a layer after all of it was read.</summary>
/// <param name="Digest">The digest of the layer as it is in the registry.</param>
/// <param name="Size">The size of the layer as it is in the registry, in bytes.</param>
/// <param name="DiffId">The digest of the archive, which is the layer without compression and encryption.</param>
public sealed record LayerFacts(string Digest, long Size, string DiffId)
{
    /// <summary>The digest of the layer before it was encrypted.</summary>
    internal string PlainDigest { get; init; } = Digest;

    /// <summary>The size of the archive in bytes.</summary>
    internal long ArchiveSize { get; init; }

    /// <summary>The authentication code of an encrypted layer (HMAC-SHA-256), in base64.</summary>
    internal string? AuthenticationCode { get; init; }
}
