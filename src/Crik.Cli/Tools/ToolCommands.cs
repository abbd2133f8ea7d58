using Crik.CommandLine;
using Crik.Configuration;
using Crik.Inspection;
using Crik.Policy;
using Crik.Store;

namespace Crik.Tools;

/// <summary>Runs the commands that read the image directory. List, prune and rollback are here, and inspect has a file of its own.</summary>
internal static class ToolCommands
{
    public static ToolAnswer Run(ToolRequest request, CrikOptions options) => request switch
    {
        ListRequest list => List(ImageDir(options), list.Output, options),
        InspectRequest inspect => InspectCommand.Run(inspect.Target, inspect.Output, options),
        PruneRequest { DryRun: true } prune => WouldPrune(ImageDir(options), prune.Keep ?? options.Keep),
        PruneRequest prune => Prune(ImageDir(options), prune.Keep ?? options.Keep),
        RollbackRequest rollback => RollBack(ImageDir(options), rollback.Generation),
        _ => throw new InvalidOperationException("nobody handles this request"),
    };

    public static string ImageDir(CrikOptions options) =>
        options.ImageDir ?? throw new ConfigurationException(["imageDir: is not set; write --image-dir, set CRIK_IMAGE_DIR, or name a configuration file with imageDir"]);

    internal static ToolAnswer List(string imageDir, OutputForm output, CrikOptions options)
    {
        IReadOnlyList<StoredCheckpoint> checkpoints = CheckpointCatalog.Read(imageDir);
        RunRecord? record = RunRecordReader.Read(ImageDirectory.RunRecordIn(imageDir));
        int[] committed = [.. checkpoints.Where(checkpoint => checkpoint.State == StoredState.Committed).Select(checkpoint => checkpoint.Generation)];
        StartDecision decision = StartDecision.Decide(record, committed, options.RestoreMode, options.WhenCrashed);
        ListReport report = new(imageDir, checkpoints, decision.Generations.Count > 0 ? decision.Generations[0] : null, record, DateTimeOffset.UtcNow);
        return output != OutputForm.Table ? ToolAnswer.Document(output, report.Json())
            : checkpoints.Count > 0 ? report.Table()
            : new ToolAnswer("", Note: $"there is no checkpoint in {imageDir}\n");
    }

    /// <summary>Only reads, so it also works beside a crik that runs on the directory.</summary>
    internal static ToolAnswer WouldPrune(string imageDir, int keep)
    {
        IReadOnlyList<StoredCheckpoint> found = [.. CheckpointCatalog.Read(imageDir).Where(checkpoint => checkpoint.State == StoredState.Committed)];
        int[] committed = [.. found.Select(checkpoint => checkpoint.Generation)];
        int StateOf(int generation) => found.FirstOrDefault(checkpoint => checkpoint.Generation == generation)?.Manifest?.State ?? generation;

        IReadOnlyList<int> skipped = RunRecordReader.Read(ImageDirectory.RunRecordIn(imageDir))?.Skipped ?? [];
        int[] removed = [.. Retention.ToRemove(committed, skipped, keep, StateOf)];
        StringBuilder text = new($"would remove {Listed(removed)}; would keep {Listed([.. committed.Except(removed)])}\n");
        if (ImageDirectory.FindHolder(imageDir) is { } holder)
        {
            return new ToolAnswer(text.ToString(), Note: $"crik of {holder.HostName} runs on {imageDir}, so crik prune would be refused now\n");
        }

        foreach (string path in CheckpointStore.UnfinishedIn(imageDir))
        {
            text.Append($"would remove {path}, which an interrupted run left unfinished\n");
        }

        return text.ToString();
    }

    private static string Prune(string imageDir, int keep)
    {
        using ImageDirectory directory = ImageDirectory.OpenForChange(imageDir);
        CheckpointStore store = new(directory);
        store.SweepUnfinished();
        int[] removed = [.. Retention.ToRemove(store.Generations(), store.Skipped(), keep, store.StateOf)];
        store.Prune(removed);
        store.RemoveLeftovers(() => false);
        return $"removed {Listed(removed)}; kept {Listed(store.Generations())}\n";
    }

    private static string Listed(IReadOnlyList<int> generations) => generations.Count > 0 ? string.Join(", ", generations) : "nothing";

    private static string RollBack(string imageDir, int generation)
    {
        using ImageDirectory directory = ImageDirectory.OpenForChange(imageDir);
        new CheckpointStore(directory).RollBack(generation, DateTimeOffset.UtcNow);
        return $"the next start restores checkpoint {generation}; newer ones stay, and are not restored unless you roll back to one of them\n";
    }
}
