namespace Crik.Images.Manifests;

/// <summary>The manifest of an image: OCI image-spec, manifest.md.</summary>
internal sealed record ManifestDocument(
    int SchemaVersion,
    string MediaType,
    DescriptorDocument Config,
    IReadOnlyList<DescriptorDocument> Layers,
    IReadOnlyDictionary<string, string> Annotations);
