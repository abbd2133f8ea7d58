namespace Crik.Store;

/// <summary>What became of a restore. <see cref="RunTotals.RestoreResults"/> has the names.</summary>
internal enum RestoreResult
{
    Restored,

    /// <summary>No checkpoint was restored, and the program was started afresh, as the configuration says.</summary>
    Fresh,

    /// <summary>crik ended, and the next start tries again.</summary>
    Failed,

    /// <summary>SIGTERM came before the program ran.</summary>
    Interrupted,
}
