using Crik.Contracts.PodCheckpoints;
using Crik.NodeAgent.Archives;

namespace Crik.NodeAgent.Steps;

/// <summary>All that the next step of a PodCheckpoint depends on.</summary>
/// <param name="Pod">The pod of that name as it is now, or null.</param>
internal sealed record CheckpointFacts(PodCheckpointDocument Object, PodView? Pod, DateTimeOffset Now)
{
    /// <summary>The containers of the object whose archive is in the directory of the agent.</summary>
    public IReadOnlyCollection<string> Held { get; init; } = [];

    /// <summary>
    /// The archives that the kubelet has made of the container since the intent, the oldest first. Only read while the intent is
    /// in the status and its result is not. If the object has failed, those that it left there.
    /// </summary>
    public IReadOnlyList<FoundArchive> Found { get; init; } = [];

    /// <summary>The checkpoint that crik has made of the container since the intent. Only read as <see cref="Found"/>.</summary>
    public CrikGeneration? Generation { get; init; }

    /// <summary>
    /// Until when a request that was sent before may still make an archive. It is the past if nothing was sent, or its answer came.
    /// </summary>
    public DateTimeOffset MayRunUntil { get; init; } = DateTimeOffset.MinValue;

    /// <summary>The containers in which crik answers. Only read before an object is accepted.</summary>
    public IReadOnlyCollection<string> CrikAnswers { get; init; } = [];

    /// <summary>Why the API server could not ask for crik for too long. Only read before an object is accepted.</summary>
    public string? CrikProblem { get; init; }

    /// <summary>Why the certificate for the encryption cannot be used. Only read before an object is accepted.</summary>
    public string? EncryptionProblem { get; init; }

    /// <summary>Why no checkpoint may be taken: the file system of the kubelet's checkpoints is too full.</summary>
    public string? DiskProblem { get; init; }

    /// <summary>Whether another object waits for the archive of a container of this pod.</summary>
    public bool OtherIsSaving { get; init; }

    /// <summary>How long the deletion of the pod, which was refused, is not tried again. Null: it may be tried.</summary>
    public TimeSpan? DeletionPause { get; init; }

    public PodCheckpointStatus Status => Object.Status ?? new PodCheckpointStatus();

    /// <summary>Whether the pod is the one that was accepted.</summary>
    public bool IsSamePod => Pod is { } pod && pod.Uid == Status.PodUid;
}
