namespace Crik.Configuration;

/// <summary>What a checkpoint contains, where it is written, and how many checkpoints are kept.</summary>
internal sealed record SavePolicy
{
    /// <inheritdoc cref="CrikOptions.ImageDir"/>
    public required string ImageDir { get; init; }

    /// <inheritdoc cref="CrikOptions.AdditionalPaths"/>
    public required IReadOnlyList<string> AdditionalPaths { get; init; }

    /// <inheritdoc cref="CrikOptions.InotifyIncompatiblePaths"/>
    public required IReadOnlyList<string> InotifyIncompatiblePaths { get; init; }

    /// <inheritdoc cref="CrikOptions.MetricsFile"/>
    public string? MetricsFile { get; init; }

    /// <inheritdoc cref="CrikOptions.GhostLimit"/>
    public required long GhostLimit { get; init; }

    /// <inheritdoc cref="CrikOptions.ContainerFilesLimit"/>
    public required long ContainerFilesLimit { get; init; }

    /// <inheritdoc cref="CrikOptions.ShareSysvMemory"/>
    public required bool ShareSysvMemory { get; init; }

    /// <inheritdoc cref="CrikOptions.ChecksumPages"/>
    public required bool ChecksumPages { get; init; }

    /// <inheritdoc cref="CrikOptions.Compression"/>
    public required Compression Compression { get; init; }

    /// <inheritdoc cref="CrikOptions.Keep"/>
    public required int Keep { get; init; }
}
