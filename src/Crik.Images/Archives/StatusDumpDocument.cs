namespace Crik.Images.Archives;

/// <summary>What matters of status.dump: ContainerStatus of the container runtime interface.</summary>
internal sealed record StatusDumpDocument(ContainerMetadataDocument? Metadata);
