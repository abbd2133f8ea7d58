namespace Crik.Images.Archives;

/// <summary>The annotation io.kubernetes.cri-o.Metadata: ContainerMetadata of the container runtime interface.</summary>
internal sealed record ContainerMetadataDocument(string? Name);
