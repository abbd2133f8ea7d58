namespace Crik.Store;

/// <summary>What an operator wants to hear of. <see cref="RunTotals.Problems"/> has the names.</summary>
internal enum RunProblem
{
    CheckpointFailed,
    RestoreFailed,

    /// <summary>A checkpoint could not be restored, and crik gave it up.</summary>
    CheckpointSetAside,

    /// <summary>Restored runs ended early again and again, and crik gave their state up.</summary>
    LoopStopped,
}
