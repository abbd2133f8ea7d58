using Crik.Contracts;

namespace Crik.Configuration;

/// <summary>Whether SIGTERM makes a checkpoint, how much time there is for it, and how crik exits afterwards.</summary>
internal sealed record TerminationPolicy
{
    /// <summary>The time between SIGTERM and SIGKILL.</summary>
    public required TimeSpan GracePeriod { get; init; }

    /// <summary>That time on a node that shuts down; at most <see cref="GracePeriod"/>.</summary>
    public required TimeSpan NodeShutdownGracePeriod { get; init; }

    /// <inheritdoc cref="CrikOptions.NodeStateTimeout"/>
    public required TimeSpan NodeStateTimeout { get; init; }

    /// <inheritdoc cref="CrikOptions.WhenNodeStateUnknown"/>
    public required WhenNodeStateUnknown WhenNodeStateUnknown { get; init; }

    /// <inheritdoc cref="CrikOptions.CheckpointOn"/>
    public required IReadOnlyList<NodeState> CheckpointOn { get; init; }

    /// <inheritdoc cref="CrikOptions.CheckpointOnDisruption"/>
    public required bool CheckpointOnDisruption { get; init; }

    /// <inheritdoc cref="CrikOptions.CheckpointExitCode"/>
    public required int CheckpointExitCode { get; init; }
}
