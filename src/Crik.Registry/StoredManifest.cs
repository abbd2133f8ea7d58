namespace Crik.Registry;

/// <summary>A manifest or an index, as the registry gives it.</summary>
/// <param name="Digest">The digest of the content, which was compared with what the registry says.</param>
public sealed record StoredManifest(byte[] Content, string MediaType, string Digest);
