namespace Crik.Control;

/// <summary>What the running crik answers to a <see cref="ControlRequest"/>.</summary>
internal sealed record ControlAnswer
{
    /// <summary>Why there is nothing else in the answer.</summary>
    public string? Problem { get; init; }

    /// <summary>The number of the checkpoint that was made.</summary>
    public int? Generation { get; init; }

    /// <summary>
    /// The checkpoint will be made after this answer. Whoever asks from inside the program's tree gets no later one, because
    /// criu cannot save a process that waits on a connection to crik.
    /// </summary>
    public bool Accepted { get; init; }

    public RunStatus? Status { get; init; }
}
