namespace Crik.Store;

/// <summary>What made crik begin a checkpoint. <see cref="RunTotals.CheckpointReasons"/> has the names.</summary>
internal enum CheckpointReason
{
    Sigterm,

    /// <summary><c>checkpointInterval</c> was over.</summary>
    Interval,

    /// <summary><c>checkpointSignal</c> came.</summary>
    Signal,

    /// <summary>Somebody ran <c>crik checkpoint</c>.</summary>
    Order,

    /// <summary>The node began to go away, and <c>checkpointOnWarning</c> is set.</summary>
    NodeWarning,
}
