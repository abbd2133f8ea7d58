namespace Crik.Images.Archives;

/// <summary>What matters of spec.dump, the configuration of the container (OCI runtime-spec, config.md).</summary>
internal sealed record SpecDumpDocument(Dictionary<string, string>? Annotations, IReadOnlyList<MountDocument?>? Mounts);
