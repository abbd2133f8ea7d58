namespace Crik.Control;

/// <summary>What is asked of a running crik over its socket.</summary>
internal sealed record ControlRequest
{
    public const string Status = "status";
    public const string Checkpoint = "checkpoint";

    public required string Command { get; init; }

    /// <summary>Of a checkpoint: the program goes on afterwards.</summary>
    public bool LeaveRunning { get; init; }
}

/// <summary>What it answers.</summary>
internal sealed record ControlAnswer
{
    public string? Problem { get; init; }

    /// <summary>Of a checkpoint that was made.</summary>
    public int? Generation { get; init; }

    public RunStatus? Status { get; init; }
}

/// <summary>How a running crik is.</summary>
internal sealed record RunStatus
{
    /// <summary>starting, running, checkpointing or ending.</summary>
    public required string State { get; init; }

    public required string Version { get; init; }

    /// <summary>The program's root; <see langword="null"/> until there is one.</summary>
    public int? Pid { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public required string ImageDir { get; init; }

    /// <summary>basic, full or none.</summary>
    public string? Privileges { get; init; }

    public int? RestoredFrom { get; init; }

    /// <summary>The newest checkpoint that this run has made.</summary>
    public int? LastCheckpoint { get; init; }

    public DateTimeOffset? LastCheckpointAt { get; init; }

    public DateTimeOffset? NextCheckpointAt { get; init; }

    /// <summary>Why the last attempt failed, when it did.</summary>
    public string? LastFailure { get; init; }

    /// <summary>Memory of the program's that has still to come from the checkpoint.</summary>
    public int? MissingMiB { get; init; }

    public string? Node { get; init; }

    public string? NodeReason { get; init; }
}
