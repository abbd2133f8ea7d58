namespace Crik.Pods;

/// <summary>Something that is in the way of a pod that shall survive its node, or be restored on another one.</summary>
/// <param name="Subject">What it is about: `capabilities`, `seccomp`, `volume checkpoints`, `container app`.</param>
/// <param name="Sentence">What is in the way, and what follows from it.</param>
/// <param name="Remedy">What to do: one line, or the YAML to add. Null if nothing can be done.</param>
public sealed record Obstacle(Severity Severity, string Subject, string Sentence, string? Remedy = null);
