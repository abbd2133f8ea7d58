namespace Crik.Images.Archives;

/// <summary>ContainerMetadata of the container runtime interface, which is in an annotation of CRI-O and in status.dump.</summary>
internal sealed record ContainerMetadataDocument(string? Name);
