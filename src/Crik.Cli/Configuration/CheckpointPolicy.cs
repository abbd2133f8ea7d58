namespace Crik.Configuration;

/// <summary>When checkpoints are made while the program runs, and how long one may take that ends the program.</summary>
internal sealed record CheckpointPolicy
{
    /// <inheritdoc cref="CrikOptions.CheckpointInterval"/>
    public required TimeSpan CheckpointInterval { get; init; }

    /// <inheritdoc cref="CrikOptions.CheckpointOnWarning"/>
    public required bool CheckpointOnWarning { get; init; }

    /// <inheritdoc cref="CrikOptions.GracePeriod"/>
    public required TimeSpan GracePeriod { get; init; }
}
