using Crik.Init;

namespace Crik.Restore;

/// <summary>The result of one attempt, or of trying all checkpoints at a start.</summary>
internal abstract record RestoreOutcome
{
    /// <param name="Program">The root of the restored tree, which is now crik's child.</param>
    /// <param name="Missing">The pages that still have to be loaded, when the program was restored lazily.</param>
    /// <param name="State">The state that the checkpoint holds (<see cref="Store.CheckpointManifest.State"/>).</param>
    public sealed record Restored(ChildProcess Program, int Generation, int State, MissingPages? Missing) : RestoreOutcome;

    /// <summary>SIGTERM came during the attempt. A later start can still restore the checkpoint.</summary>
    public sealed record Interrupted : RestoreOutcome;

    /// <param name="Logs">criu's logs of the attempt.</param>
    /// <param name="IsOfPod">This pod is at fault and not the checkpoint, which another start can restore.</param>
    /// <param name="MayPass">The fault may be gone after a while.</param>
    public sealed record Failed(string Reason, IReadOnlyList<string> Logs, bool IsOfPod = false, bool MayPass = true) : RestoreOutcome;

    /// <summary>No checkpoint was restored, so the caller has to start the program afresh.</summary>
    /// <param name="GivesUpNothing">Whether no checkpoint is left that a later start could restore.</param>
    public sealed record Fresh(bool GivesUpNothing) : RestoreOutcome;

    /// <summary>No checkpoint was restored, and this start may only restore (<see cref="RestoreProcedure.RestoresOnly"/>).</summary>
    /// <param name="AllowsFreshStart">Whether the configuration asks for a fresh start in this case.</param>
    public sealed record Refused(string Reason, bool AllowsFreshStart) : RestoreOutcome;
}
