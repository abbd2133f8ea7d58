namespace Crik.Images.Manifests;

/// <summary>Names content by its digest: OCI image-spec, descriptor.md.</summary>
internal sealed record DescriptorDocument(string MediaType, string Digest, long Size, IReadOnlyDictionary<string, string>? Annotations = null);
