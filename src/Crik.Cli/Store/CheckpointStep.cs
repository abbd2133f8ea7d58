namespace Crik.Store;

/// <summary>The steps of a checkpoint, in their order. <see cref="RunTotals.CheckpointSteps"/> has the names.</summary>
internal enum CheckpointStep
{
    /// <summary>Missing pages come in, old checkpoints are removed, and the hook runs.</summary>
    Preparing,

    /// <summary>criu starts and stops the program.</summary>
    Freezing,

    /// <summary>criu writes the program's memory, which may still be in the machine's memory afterwards.</summary>
    Dumping,

    /// <summary>crik copies files.</summary>
    Copying,

    /// <summary>criu lets the program run on. A last checkpoint has no such step.</summary>
    Releasing,

    /// <summary>Everything is written to the disk.</summary>
    Syncing,

    Committing,
}
