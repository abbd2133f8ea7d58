namespace Crik.Registry;

/// <summary>The annotations of a manifest or an index: OCI image-spec, annotations.md.</summary>
internal sealed record AnnotatedDocument(Dictionary<string, string>? Annotations);
