namespace Crik.Store;

/// <summary>What became of a checkpoint that crik began. <see cref="RunTotals.CheckpointResults"/> has the names.</summary>
internal enum CheckpointResult
{
    Committed,
    Failed,

    /// <summary>The program ended meanwhile, or SIGTERM came and wanted a checkpoint of its own.</summary>
    Interrupted,
}
