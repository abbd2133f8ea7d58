namespace Crik.Run;

/// <summary>Holds what a run can report about itself at any time.</summary>
/// <param name="MissingMiB">How much memory still has to be loaded from the checkpoint.</param>
internal sealed record RunFacts(string State, int Pid, DateTimeOffset StartedAt, int? RestoredFrom, int? MissingMiB, LastCheckpoint Last);
