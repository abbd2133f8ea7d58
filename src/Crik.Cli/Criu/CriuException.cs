namespace Crik.Criu;

/// <summary>Thrown when criu refuses or fails to do what crik asked for, or cannot be started.</summary>
/// <param name="message">What failed, and, if crik knows the cause, why.</param>
/// <param name="evidence">The lines of criu's log that show the cause.</param>
internal sealed class CriuException(string message, IReadOnlyList<string> evidence) : CrikException(message)
{
    public IReadOnlyList<string> Evidence { get; } = evidence;

    /// <summary>crik knows the cause, and another attempt would fail for the same reason.</summary>
    public bool Lasts { get; init; }

    /// <summary>The cause is something that was sent to the program and not received yet. It disappears when the program receives it.</summary>
    public bool IsUndelivered { get; init; }

    /// <summary>The cause is a process outside the program's tree, such as a probe, that the program deals with. It ends by itself.</summary>
    public bool IsFromOutside { get; init; }

    /// <summary>The cause is this pod and not the checkpoint: for example, another process has a PID that the program needs.</summary>
    public bool IsOfPod { get; init; }
}
