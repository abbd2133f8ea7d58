using System.Text.Json.Serialization;

namespace Crik.Images.Manifests;

/// <summary>The configuration of an image: OCI image-spec, config.md.</summary>
internal sealed record ConfigurationDocument(
    DateTimeOffset? Created,
    string Architecture,
    [property: JsonPropertyName("os")] string OperatingSystem,
    IReadOnlyDictionary<string, string> Config,
    [property: JsonPropertyName("rootfs")] RootFileSystemDocument RootFileSystem);
