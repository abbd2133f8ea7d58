namespace Crik.Control;

/// <summary>What the running crik answers to a <see cref="ControlRequest"/>.</summary>
/// <param name="Problem">Why there is nothing else in the answer.</param>
/// <param name="Generation">The number of the checkpoint that was made.</param>
/// <param name="Accepted">
/// The checkpoint will be made after this answer. Whoever asks from inside the program's tree gets no later one, because
/// criu cannot save a process that waits on a connection to crik.
/// </param>
/// <param name="Metrics">The figures of the run, as text for Prometheus.</param>
internal sealed record ControlAnswer(string? Problem = null, int? Generation = null, bool Accepted = false, RunStatus? Status = null, string? Metrics = null);
