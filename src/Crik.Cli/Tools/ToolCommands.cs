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
        ListRequest { Slot: null } list when SlotLayout.IsPool(ImageDir(options)) => SlotList.Write(ImageDir(options), list.Output, options),
        ListRequest list => List(ImageDir(options, list.Slot), list.Output, options),
        InspectRequest inspect => InspectCommand.Run(inspect.Target, inspect.Output, options, inspect.Slot),
        PruneRequest { DryRun: true } prune => WouldPrune(ImageDir(options, prune.Slot), prune.Keep ?? options.Keep),
        PruneRequest prune => Prune(ImageDir(options, prune.Slot), prune.Keep ?? options.Keep),
        RollbackRequest rollback => RollBack(ImageDir(options, rollback.Slot), rollback.Generation),
        _ => throw new InvalidOperationException("nobody handles this request"),
    };

    public static string ImageDir(CrikOptions options) =>
        options.ImageDir ?? throw new ConfigurationException(["imageDir: is not set; write --image-dir, set CRIK_IMAGE_DIR, or name a configuration file with imageDir"]);

    /// <summary>Finds the image directory that a command is about.</summary>
    /// <param name="slot">The slot that was named; <see langword="null"/> when none was.</param>
    /// <exception cref="CheckpointException">The image directory is a pool and no slot was named, or it has no such slot.</exception>
    public static string ImageDir(CrikOptions options, int? slot)
    {
        string imageDir = ImageDir(options);
        return slot is { } number
                ? Directory.Exists(SlotLayout.SlotIn(imageDir, number)) ? SlotLayout.SlotIn(imageDir, number)
                    : throw new CheckpointException($"there is no slot {number} in {imageDir}; 'crik list' shows the slots that exist")
            : SlotLayout.IsPool(imageDir) ? throw new CheckpointException($"{imageDir} is a pool of slots: add --slot N; 'crik list' shows the slots and what is in them")
            : imageDir;
    }

    internal static ToolAnswer List(string imageDir, OutputForm output, CrikOptions options)
    {
        (ListReport report, bool isEmpty) = Report(imageDir, options);
        return output != OutputForm.Table ? ToolAnswer.Document(output, report.Json())
            : !isEmpty ? report.Table()
            : new ToolAnswer("", Note: $"there is no checkpoint in {imageDir}\n");
    }

    internal static (ListReport Report, bool IsEmpty) Report(string imageDir, CrikOptions options)
    {
        IReadOnlyList<StoredCheckpoint> checkpoints = CheckpointCatalog.Read(imageDir);
        RunRecord? record = RunRecordReader.Read(ImageDirectory.RunRecordIn(imageDir));
        int[] committed = [.. checkpoints.Where(checkpoint => checkpoint.State == StoredState.Committed).Select(checkpoint => checkpoint.Generation)];
        StartDecision decision = StartDecision.Decide(record, committed, options.RestoreMode, options.WhenCrashed);
        int? next = decision.Generations.Count > 0 ? decision.Generations[0] : null;
        return (new ListReport(imageDir, checkpoints, next, record, DateTimeOffset.UtcNow), checkpoints.Count == 0);
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
