namespace Crik.Configuration;

/// <summary>Whom crik asks about its node, and how.</summary>
internal sealed record NodePolicy
{
    /// <inheritdoc cref="CrikOptions.NodeStateSource"/>
    public required NodeStateSource NodeStateSource { get; init; }

    /// <inheritdoc cref="CrikOptions.NodeStateServerUrl"/>
    public required Uri? NodeStateServerUrl { get; init; }

    /// <inheritdoc cref="CrikOptions.NodeStateTokenFile"/>
    public required string? NodeStateTokenFile { get; init; }

    /// <inheritdoc cref="CrikOptions.NodeStateServerCaFile"/>
    public required string? NodeStateServerCaFile { get; init; }

    /// <inheritdoc cref="CrikOptions.NodeName"/>
    public required string? NodeName { get; init; }

    /// <inheritdoc cref="CrikOptions.PodName"/>
    public required string? PodName { get; init; }

    /// <inheritdoc cref="CrikOptions.PodNamespace"/>
    public required string? PodNamespace { get; init; }

    /// <inheritdoc cref="CrikOptions.CheckpointOnDisruption"/>
    public required bool CheckpointOnDisruption { get; init; }

    /// <inheritdoc cref="CrikOptions.ReactsToWarnings"/>
    public required bool ReactsToWarnings { get; init; }
}
