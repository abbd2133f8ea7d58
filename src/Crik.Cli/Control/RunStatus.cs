namespace Crik.Control;

/// <summary>What <c>crik status</c> shows of a running crik. <see langword="null"/> stands for what is not known or not so.</summary>
internal sealed record RunStatus
{
    /// <summary>One of starting, running, checkpointing and ending.</summary>
    public required string State { get; init; }

    public required string Version { get; init; }

    /// <summary>The root process of the program.</summary>
    public int? Pid { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public required string ImageDir { get; init; }

    /// <summary>The slot of the pool that <see cref="ImageDir"/> is.</summary>
    public int? Slot { get; init; }

    /// <summary>One of basic, full and none.</summary>
    public string? Privileges { get; init; }

    public int? RestoredFrom { get; init; }

    /// <summary>The newest checkpoint that this run has made.</summary>
    public int? LastCheckpoint { get; init; }

    public DateTimeOffset? LastCheckpointAt { get; init; }

    public DateTimeOffset? NextCheckpointAt { get; init; }

    /// <summary>Whether somebody ordered a checkpoint at SIGTERM, whatever the state of the node is then.</summary>
    public bool? CheckpointAtTermination { get; init; }

    /// <summary>Why the last attempt to make a checkpoint failed, if it did.</summary>
    public string? LastFailure { get; init; }

    /// <summary>How much of the program's memory a lazy restore has not read from the checkpoint yet.</summary>
    public int? MissingMiB { get; init; }

    public string? Node { get; init; }

    public string? NodeReason { get; init; }
}
