using Crik.Store;

namespace Crik.Policy;

/// <summary>
/// Counts how often in a row restored runs of one state ended early, because restoring the same state again and again helps nobody.
/// docs/design/0027-loops.md says which ends count.
/// </summary>
/// <param name="State">The state (<see cref="CheckpointManifest.State"/>).</param>
/// <param name="EarlyEnds">How many runs that count ended early since the last healthy one.</param>
internal sealed record StateTrial(int State, int EarlyEnds)
{
    /// <summary>Looks at how the last run ended.</summary>
    /// <returns><see langword="null"/> when it was not restored, or ran long enough.</returns>
    public static StateTrial? Of(RunRecord? last, PodIdentity here) =>
        last?.State is { } state ? new(state, last.EarlyEnds + (Counts(last, here) ? 1 : 0)) : null;

    /// <summary>How many early ends a new run of a state begins with.</summary>
    public int EarlyEndsOf(int state) => state == State ? EarlyEnds : 0;

    private static bool Counts(RunRecord last, PodIdentity here) => last.End switch
    {
        // SIGKILL, or the memory was used up. In another pod it may be the node that was lost.
        null => here.IsOf(last),

        // The volume is at fault, or somebody has chosen what to restore.
        { Kind: RunEndKind.Incomplete or RunEndKind.RolledBack } => false,

        // A probe restarts the container in its pod. A pod that is deleted, drained or evicted does not start again.
        { AfterSigterm: true } => here.Uid is not null && here.IsOf(last),

        // The program died. Nobody killed it for the sake of the pod, so it does not matter where that was.
        { Kind: RunEndKind.Exited or RunEndKind.Lost } end => end.Signal != 0 || end.ExitCode != 0,
        _ => false, // somebody ordered the last checkpoint
    };
}
