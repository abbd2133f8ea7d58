using System.Text.Json.Serialization;

namespace Crik.Contracts.PodCheckpoints;

/// <summary>What somebody asks for. It cannot be changed after the object was created.</summary>
public sealed record PodCheckpointSpec
{
    /// <summary>The name of the pod, in the namespace of the object.</summary>
    [JsonPropertyName("pod")]
    public string? Pod { get; init; }

    /// <summary>The UID of the pod. With it, another pod of the same name is never saved. Null means any.</summary>
    [JsonPropertyName("podUID")]
    public string? PodUid { get; init; }

    /// <summary>The containers to save. Null or empty means all containers of the pod but its init containers.</summary>
    [JsonPropertyName("containers")]
    public IReadOnlyList<string>? Containers { get; init; }

    /// <summary>One of <see cref="CheckpointEngines"/>. Null means <see cref="CheckpointEngines.Auto"/>.</summary>
    [JsonPropertyName("engine")]
    public string? Engine { get; init; }

    /// <summary>Whether the program runs on after it was saved. Null means true. Only the engine crik can end it.</summary>
    [JsonPropertyName("leaveRunning")]
    public bool? LeaveRunning { get; init; }

    /// <summary>How long saving one container may take, such as `60s`. Null means the default of the agent.</summary>
    [JsonPropertyName("timeout")]
    public string? Timeout { get; init; }

    /// <summary>Whether the pod is deleted as soon as all of its containers are saved. Null means false.</summary>
    [JsonPropertyName("deletePod")]
    public bool? DeletePod { get; init; }

    /// <summary>Where images go, such as `registry.example/team/checkpoints`. Null means the default of the agent.</summary>
    [JsonPropertyName("repository")]
    public string? Repository { get; init; }

    /// <summary>A Secret of the type kubernetes.io/tls in the same namespace. Images are encrypted for its certificate.</summary>
    [JsonPropertyName("encryptionSecret")]
    public string? EncryptionSecret { get; init; }
}
