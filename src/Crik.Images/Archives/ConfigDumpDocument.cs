using System.Text.Json.Serialization;

namespace Crik.Images.Archives;

/// <summary>config.dump, as all runtimes write it: checkpointctl, lib/metadata.go, ContainerConfig.</summary>
internal sealed record ConfigDumpDocument(
    string? Id,
    string? Name,
    string? RootfsImage,
    string? RootfsImageRef,
    string? RootfsImageName,
    string? Runtime,
    [property: JsonPropertyName("checkpointedTime")] DateTimeOffset? CheckpointedAt);
