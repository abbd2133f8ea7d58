namespace Crik.Images.Archives;

/// <summary>A mount of the container (OCI runtime-spec, config.md).</summary>
internal sealed record MountDocument(string? Destination, string? Type);
