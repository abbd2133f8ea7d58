namespace Crik.Restore;

/// <summary>The steps of a restore, in their order. <see cref="RestoreFigures.StepNames"/> has the names.</summary>
internal enum RestoreStep
{
    /// <summary>crik reads and checks the checkpoint.</summary>
    Checking,

    /// <summary>crik puts files back.</summary>
    Files,

    /// <summary>criu restores the program. After a failure it is tried again.</summary>
    Restoring,
}
