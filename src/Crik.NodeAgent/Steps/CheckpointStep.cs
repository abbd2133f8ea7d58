namespace Crik.NodeAgent.Steps;

/// <summary>
/// What is to be done next for a PodCheckpoint. Every step can be done again after it was interrupted anywhere, and leads to the
/// same end.
/// </summary>
internal abstract record CheckpointStep
{
    private CheckpointStep()
    {
    }

    /// <summary>Nothing is left to do, or another agent does it.</summary>
    public sealed record Nothing : CheckpointStep;

    /// <summary>Look again after a while.</summary>
    public sealed record Wait(TimeSpan Pause) : CheckpointStep;

    /// <summary>It cannot be done. The object says why, for good.</summary>
    /// <param name="Reason">One of <see cref="Contracts.PodCheckpoints.PodCheckpointReasons"/>.</param>
    public sealed record Fail(string Reason, string Message) : CheckpointStep;

    /// <summary>Write into the status who does what: the node, the UID of the pod, the engine, the containers.</summary>
    /// <param name="Repository">Where the images go. Null: there will be none.</param>
    public sealed record Accept(string Engine, IReadOnlyList<string> Containers, string? Repository) : CheckpointStep;

    /// <summary>Write the intent into the status, with the time of now, and have the container saved.</summary>
    public sealed record Save(string Container) : CheckpointStep;

    /// <summary>Take an archive that the kubelet has left and no status names: the answer of the kubelet was lost.</summary>
    public sealed record Adopt(string Container, string FileName) : CheckpointStep;

    /// <summary>Remove an archive of an attempt that was given up. It is not complete.</summary>
    public sealed record Discard(string FileName) : CheckpointStep;

    /// <summary>Write into the status which generation crik has made.</summary>
    public sealed record Record(string Container, CrikGeneration Generation) : CheckpointStep;

    /// <summary>Read the archive from begin to end and write into the status what it is.</summary>
    public sealed record Verify(string Container) : CheckpointStep;

    public sealed record DeletePod : CheckpointStep;

    /// <summary>Add the finalizer that keeps the object until its archives and images are deleted.</summary>
    public sealed record Protect : CheckpointStep;

    /// <summary>Bring the image into the registry unless it is there, and read it back.</summary>
    public sealed record Push(string Container) : CheckpointStep;

    public sealed record RemoveArchive(string Container) : CheckpointStep;

    public sealed record Finish : CheckpointStep;

    /// <summary>Delete the images from the registry, because the object is being deleted, and then take the finalizer away.</summary>
    public sealed record Release : CheckpointStep;

    /// <summary>Whether it may take minutes, and nobody loses anything by waiting. Such steps have a queue of their own.</summary>
    public bool IsSlow => this is Push or Release;
}
