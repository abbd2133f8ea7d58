namespace Crik.Store;

/// <summary>Why a start restores a checkpoint. <see cref="RunTotals.RestoreReasons"/> has the names.</summary>
internal enum RestoreReason
{
    /// <summary>The last run ended with a checkpoint.</summary>
    Checkpointed,

    /// <summary>The last run ended without its last checkpoint.</summary>
    Crashed,

    /// <summary>Somebody chose the checkpoint with <c>crik rollback</c>.</summary>
    RolledBack,

    /// <summary><c>restoreMode</c> is <c>always</c>.</summary>
    Always,
}
