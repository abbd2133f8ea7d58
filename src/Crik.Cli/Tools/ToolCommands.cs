using Crik.CommandLine;
using Crik.Configuration;
using Crik.Inspection;
using Crik.Policy;
using Crik.Store;

namespace Crik.Tools;

/// <summary>Runs the commands for people. List, prune and rollback are here, and the others have files of their own.</summary>
internal static class ToolCommands
{
    public static ToolAnswer Run(ToolRequest request, CrikOptions options) => request switch
    {
        ListRequest list => List(ImageDir(options), list.Output, options),
        InspectRequest inspect => InspectCommand.Run(inspect.Target, inspect.Output, options),
        PruneRequest prune => Prune(ImageDir(options), prune.Keep ?? options.Keep),
        StatusRequest status => StatusCommand.Show(status.Output),
        CheckpointOrder order => StatusCommand.Checkpoint(order.LeaveRunning),
        RollbackRequest rollback => RollBack(ImageDir(options), rollback.Generation),
        _ => throw new InvalidOperationException("nobody handles this request"),
    };

    public static string ImageDir(CrikOptions options) =>
        options.ImageDir ?? throw new ConfigurationException(["imageDir: is not set; write --image-dir, set CRIK_IMAGE_DIR, or name a configuration file with imageDir"]);

    private static string List(string imageDir, OutputForm output, CrikOptions options)
    {
        IReadOnlyList<StoredCheckpoint> checkpoints = CheckpointCatalog.Read(imageDir);
        RunRecord? record = RunRecordReader.Read(ImageDirectory.RunRecordIn(imageDir));
        int[] committed = [.. checkpoints.Where(checkpoint => checkpoint.State == StoredState.Committed).Select(checkpoint => checkpoint.Generation)];
        StartDecision decision = StartDecision.Decide(record, committed, options.RestoreMode, options.WhenCrashed);
        ListReport report = new(imageDir, checkpoints, decision.Generations.Count > 0 ? decision.Generations[0] : null, record, DateTimeOffset.UtcNow);
        return output == OutputForm.Json ? report.Json() : report.Table();
    }

    private static string Prune(string imageDir, int keep)
    {
        using ImageDirectory directory = ImageDirectory.OpenForChange(imageDir);
        CheckpointStore store = new(directory);
        store.SweepUnfinished();
        store.RemoveLeftovers(() => false);
        int[] removed = [.. Retention.ToRemove(store.Generations(), store.Skipped(), keep)];
        store.Prune(removed);
        return $"removed {(removed.Length > 0 ? string.Join(", ", removed) : "nothing")}; kept {string.Join(", ", store.Generations())}\n";
    }

    private static string RollBack(string imageDir, int generation)
    {
        using ImageDirectory directory = ImageDirectory.OpenForChange(imageDir);
        new CheckpointStore(directory).RollBack(generation, DateTimeOffset.UtcNow);
        return $"the next start restores checkpoint {generation}; newer ones stay, and are not restored unless you roll back to one of them\n";
    }
}
