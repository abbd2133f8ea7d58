using System.Text.Json.Serialization;

namespace Crik.Images.Manifests;

/// <summary>The layers of an image without compression: OCI image-spec, config.md, rootfs.</summary>
internal sealed record RootFileSystemDocument(string Type, [property: JsonPropertyName("diff_ids")] IReadOnlyList<string> DiffIds);
