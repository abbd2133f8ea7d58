using Crik.Checkpoints;
using Crik.Configuration;
using Crik.Inspection;
using Crik.Linux;

namespace Crik.Commands;

/// <summary>The commands for people, beside <c>run</c>: list, prune, rollback; inspect has a file of its own.</summary>
internal static class ToolCommands
{
    /// <returns>The exit code.</returns>
    public static int Run(ToolRequest request, CrikOptions options) => request switch
    {
        ListRequest list => List(ImageDir(options), list.Output, options),
        InspectRequest inspect => InspectCommand.Run(inspect.Target, inspect.Output, options),
        PruneRequest prune => Prune(ImageDir(options), prune.Keep ?? options.Keep),
        StatusRequest status => StatusCommand.Show(status.Output),
        CheckpointOrder order => StatusCommand.Checkpoint(order.LeaveRunning),
        RollbackRequest rollback => RollBack(ImageDir(options), rollback.Generation),
        _ => throw new InvalidOperationException("a request that nobody handles"),
    };

    /// <summary>Writes to standard output.</summary>
    /// <returns>The exit code.</returns>
    public static int Print(string text) =>
        Libc.TryWrite(1, System.Text.Encoding.UTF8.GetBytes(text)) is 0 or Errno.EPIPE ? ExitCodes.Success : ExitCodes.Failure;

    public static string ImageDir(CrikOptions options) =>
        options.ImageDir ?? throw new ConfigurationException(["imageDir: which one? Write --image-dir, set CRIK_IMAGE_DIR, or name a configuration file with imageDir"]);

    private static int List(string imageDir, OutputForm output, CrikOptions options)
    {
        IReadOnlyList<StoredCheckpoint> checkpoints = CheckpointCatalog.Read(imageDir);
        RunRecord? record = CheckpointStore.ReadRunRecord(ImageDirectory.RunRecordIn(imageDir));
        int[] committed = [.. checkpoints.Where(checkpoint => checkpoint.State == StoredState.Committed).Select(checkpoint => checkpoint.Generation)];
        StartDecision decision = StartDecision.Decide(record, committed, options.RestoreMode, options.WhenCrashed);
        ListReport report = new(imageDir, checkpoints, decision.Generations.Count > 0 ? decision.Generations[0] : null, record, DateTimeOffset.UtcNow);
        return Print(output == OutputForm.Json ? report.Json() : report.Table());
    }

    private static int Prune(string imageDir, int keep)
    {
        using ImageDirectory directory = ImageDirectory.OpenForChange(imageDir);
        CheckpointStore store = new(directory);
        store.SweepUnfinished();
        store.FinishRemoving(Timeout.InfiniteTimeSpan);
        IReadOnlyList<int> removed = store.Prune(keep);
        return Print($"removed {(removed.Count > 0 ? string.Join(", ", removed) : "nothing")}; kept {string.Join(", ", store.Generations())}\n");
    }

    private static int RollBack(string imageDir, int generation)
    {
        using ImageDirectory directory = ImageDirectory.OpenForChange(imageDir);
        new CheckpointStore(directory).RollBack(generation, DateTimeOffset.UtcNow);
        return Print($"the next start restores checkpoint {generation}; newer ones stay, and are not restored unless they are rolled back to\n");
    }
}
