using System.Globalization;
using Crik.Checkpoints;
using Crik.Configuration;
using Crik.Criu;
using Crik.Diagnostics;
using Crik.Init;
using Crik.Inspection;

namespace Crik.Commands;

/// <summary><c>crik inspect</c>: finds the checkpoint that is meant, and shows what is in it and whether it fits this machine.</summary>
internal static class InspectCommand
{
    public static int Run(string? target, OutputForm output, CrikOptions options)
    {
        (StoredCheckpoint stored, string images) = Find(target, options);
        CheckpointReport report = CheckpointReport.Read(stored, images, manifest => FitOf(manifest, options));
        int code = ToolCommands.Print(output switch
        {
            OutputForm.Json => ReportJson.Write(report),
            OutputForm.Tree => ReportTree.Write(report),
            _ => ReportTable.Write(report, DateTimeOffset.UtcNow),
        });
        if (report.Damage is null)
        {
            return code;
        }

        Log.Error(report.Damage);
        return ExitCodes.Failure;
    }

    private static (StoredCheckpoint Stored, string Images) Find(string? target, CrikOptions options)
    {
        if (target is null)
        {
            return Newest(ToolCommands.ImageDir(options));
        }

        if (int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out int generation))
        {
            string imageDir = ToolCommands.ImageDir(options);
            StoredCheckpoint found = Look(ImageDirectory.CheckpointsIn(imageDir), generation, StoredState.Committed)
                ?? Look(ImageDirectory.FailedIn(imageDir), generation, StoredState.Failed)
                ?? throw new CheckpointException($"there is no checkpoint {generation} in {imageDir}; 'crik list' shows those that are there");
            return (found, found.Images);
        }

        string path = Path.GetFullPath(target);
        if (Directory.Exists(ImageDirectory.CheckpointsIn(path)))
        {
            return Newest(path);
        }

        if (Directory.Exists(Path.Combine(path, "images")) && CheckpointCatalog.Look(path, null, StateOf(path)) is { } stored)
        {
            return (stored, stored.Images);
        }

        // What criu, podman or a kubelet made.
        return File.Exists(Path.Combine(path, "inventory.img"))
            ? (CheckpointCatalog.OfImages(path), path)
            : throw new CheckpointException($"{path} is no image directory, no checkpoint, and holds no images of criu's");
    }

    private static (StoredCheckpoint Stored, string Images) Newest(string imageDir) =>
        CheckpointCatalog.Read(imageDir).FirstOrDefault(checkpoint => checkpoint.State == StoredState.Committed) is { } newest
            ? (newest, newest.Images)
            : throw new CheckpointException($"there is no checkpoint in {imageDir}");

    private static StoredCheckpoint? Look(string parent, int generation, StoredState state) =>
        CheckpointCatalog.Look(Path.Combine(parent, generation.ToString(CultureInfo.InvariantCulture)), generation, state);

    private static StoredState StateOf(string path) =>
        Path.GetFileName(Path.GetDirectoryName(path)) == "failed" ? StoredState.Failed : StoredState.Committed;

    private static Fit FitOf(CheckpointManifest manifest, CrikOptions options)
    {
        MachineFacts now = Machine.Read();
        CriuSetup criu = CriuSetup.Find(options);
        List<string> problems = [.. criu.Problems];
        try
        {
            using Supervisor supervisor = new();
            using CriuProcess process = CriuProcess.Start(supervisor, criu.File, output: null, []);
            int version = process.AskVersion(Deadline.In(TimeSpan.FromSeconds(10)));
            problems.AddRange(CompatibilityGate.Problems(
                manifest, now, version, () => CriuFeatures.CanCompress(supervisor, criu.File, criu.Level) != false, criu.Level, options.AdditionalPaths));
        }
        catch (CriuException exception)
        {
            problems.Add(exception.Message);
            problems.AddRange(CompatibilityGate.Problems(manifest, now, int.MaxValue, () => true, criu.Level, options.AdditionalPaths));
        }

        return new Fit([.. problems.Distinct()], [.. CompatibilityGate.Remarks(manifest, now)]);
    }
}
