using System.Text.Json.Serialization;

namespace Crik.Control;

/// <summary>What is asked of a running crik over its socket.</summary>
internal sealed record ControlRequest
{
    public const string Status = "status";
    public const string Checkpoint = "checkpoint";

    [JsonPropertyName("command")]
    public required string Command { get; init; }

    /// <summary>Of a checkpoint: the program goes on afterwards.</summary>
    [JsonPropertyName("leaveRunning")]
    public bool LeaveRunning { get; init; }
}

/// <summary>What it answers.</summary>
internal sealed record ControlAnswer
{
    [JsonPropertyName("problem")]
    public string? Problem { get; init; }

    /// <summary>Of a checkpoint that was made.</summary>
    [JsonPropertyName("generation")]
    public int? Generation { get; init; }

    [JsonPropertyName("status")]
    public RunStatus? Status { get; init; }
}

/// <summary>How a running crik is.</summary>
internal sealed record RunStatus
{
    /// <summary>starting, running, checkpointing or ending.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    [JsonPropertyName("crik")]
    public required string Version { get; init; }

    /// <summary>The program's root.</summary>
    [JsonPropertyName("pid")]
    public int Pid { get; init; }

    [JsonPropertyName("startedAt")]
    public DateTimeOffset StartedAt { get; init; }

    [JsonPropertyName("imageDir")]
    public required string ImageDir { get; init; }

    /// <summary>basic, full or none.</summary>
    [JsonPropertyName("privileges")]
    public required string Privileges { get; init; }

    [JsonPropertyName("restoredFrom")]
    public int? RestoredFrom { get; init; }

    /// <summary>The newest checkpoint that this run has made.</summary>
    [JsonPropertyName("lastCheckpoint")]
    public int? LastCheckpoint { get; init; }

    [JsonPropertyName("lastCheckpointAt")]
    public DateTimeOffset? LastCheckpointAt { get; init; }

    [JsonPropertyName("nextCheckpointAt")]
    public DateTimeOffset? NextCheckpointAt { get; init; }

    /// <summary>Why the last attempt failed, when it did.</summary>
    [JsonPropertyName("lastFailure")]
    public string? LastFailure { get; init; }

    [JsonPropertyName("node")]
    public string? Node { get; init; }

    [JsonPropertyName("nodeReason")]
    public string? NodeReason { get; init; }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlAnswer))]
internal sealed partial class ControlJson : JsonSerializerContext;
