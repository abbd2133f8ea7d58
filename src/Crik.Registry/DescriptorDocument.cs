namespace Crik.Registry;

/// <summary>What points to content: OCI image-spec, descriptor.md.</summary>
internal sealed record DescriptorDocument(string? MediaType, string? Digest, long? Size, PlatformDocument? Platform);
