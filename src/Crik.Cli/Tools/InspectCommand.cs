using Crik.CommandLine;
using Crik.Configuration;
using Crik.Criu;
using Crik.Criu.Images;
using Crik.Init;
using Crik.Inspection;
using Crik.Policy;
using Crik.Store;

namespace Crik.Tools;

/// <summary><c>crik inspect</c> finds the checkpoint that is meant, and shows what is in it and whether it fits this machine.</summary>
internal static class InspectCommand
{
    public static ToolAnswer Run(string? target, OutputForm output, CrikOptions options, int? slot = null)
    {
        (StoredCheckpoint stored, string images) = Find(target, options, slot);
        CheckpointReport report = CheckpointReport.Read(stored, images, manifest => FitOf(manifest, images, options));
        string text = output switch
        {
            OutputForm.Table => ReportTable.Write(report, DateTimeOffset.UtcNow),
            OutputForm.Tree => ReportTree.Write(report),
            _ => ToolAnswer.Document(output, ReportJson.Write(report)),
        };
        return report.Damage is null ? text : new ToolAnswer(text, FailureKind.Failed, report.Damage);
    }

    private static (StoredCheckpoint Stored, string Images) Find(string? target, CrikOptions options, int? slot)
    {
        if (target is null)
        {
            return Newest(ToolCommands.ImageDir(options, slot));
        }

        if (int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out int generation))
        {
            string imageDir = ToolCommands.ImageDir(options, slot);
            StoredCheckpoint found = Look(ImageDirectory.CheckpointsIn(imageDir), generation, StoredState.Committed)
                ?? Look(ImageDirectory.FailedIn(imageDir), generation, StoredState.Failed)
                ?? throw new CheckpointException($"there is no checkpoint {generation} in {imageDir}; 'crik list' shows the checkpoints that exist");
            return (found, found.Images);
        }

        string path = Path.GetFullPath(target);
        if (Directory.Exists(ImageDirectory.CheckpointsIn(path)))
        {
            return Newest(path);
        }

        if (Directory.Exists(CheckpointLayout.ImagesIn(path)) && CheckpointCatalog.Look(path, null, StateOf(path)) is { } stored)
        {
            return (stored, stored.Images);
        }

        // criu, podman or a kubelet made it.
        return File.Exists(Path.Combine(path, ImageName.Inventory))
            ? (CheckpointCatalog.OfImages(path), path)
            : throw new CheckpointException($"{path} is neither an image directory nor a checkpoint, and contains no images of criu");
    }

    private static (StoredCheckpoint Stored, string Images) Newest(string imageDir) =>
        CheckpointCatalog.Read(imageDir).FirstOrDefault(checkpoint => checkpoint.State == StoredState.Committed) is { } newest
            ? (newest, newest.Images)
            : throw new CheckpointException($"there is no checkpoint in {imageDir}");

    private static StoredCheckpoint? Look(string parent, int generation, StoredState state) =>
        CheckpointCatalog.Look(Path.Combine(parent, generation.ToString(CultureInfo.InvariantCulture)), generation, state);

    private static StoredState StateOf(string path) =>
        Path.GetDirectoryName(Path.GetDirectoryName(path)) is { } imageDir && Path.GetDirectoryName(path) == ImageDirectory.FailedIn(imageDir) ? StoredState.Failed : StoredState.Committed;

    private static Fit FitOf(CheckpointManifest manifest, string images, CrikOptions options)
    {
        CriuSetup criu = CriuSetup.Find(options.CriuPath);
        List<string> problems = [.. criu.Problems];
        ContainerFacts now;
        try
        {
            now = InitLoop.RunTool(init =>
            {
                InstalledCriu installed = new(init, criu);
                int version = installed.AskVersion(TimeSpan.FromSeconds(10));
                return ContainerFacts.Read(manifest, images, options.AdditionalPaths, criu, version, () => installed.CanCompress() != false);
            });
        }
        catch (CriuException exception)
        {
            problems.Add(exception.Message);
            now = ContainerFacts.Read(manifest, images, options.AdditionalPaths, criu, criuVersion: int.MaxValue, canDecompress: () => true);
        }

        problems.AddRange(CompatibilityGate.Problems(manifest, now));
        return new Fit([.. problems.Distinct()], [.. CompatibilityGate.Remarks(manifest, now.Machine)]);
    }
}
