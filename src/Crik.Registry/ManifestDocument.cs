namespace Crik.Registry;

/// <summary>
/// A manifest or an index of manifests: OCI image-spec, manifest.md and image-index.md, and Docker's schema 2, which has
/// the same fields.
/// </summary>
internal sealed record ManifestDocument(string? MediaType, int? SchemaVersion, DescriptorDocument? Config, IReadOnlyList<DescriptorDocument?>? Manifests);
