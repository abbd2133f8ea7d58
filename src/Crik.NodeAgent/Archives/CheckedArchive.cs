namespace Crik.NodeAgent.Archives;

/// <summary>What an archive says about itself, after it was read from begin to end.</summary>
/// <param name="Runtime">The container runtime that made it, such as `containerd`.</param>
/// <param name="CheckpointedAt">When the runtime saved the container, if the archive says it.</param>
/// <param name="WrittenAt">When the last byte was written.</param>
internal sealed record CheckedArchive(long Bytes, string Runtime, DateTimeOffset? CheckpointedAt, DateTimeOffset WrittenAt);
