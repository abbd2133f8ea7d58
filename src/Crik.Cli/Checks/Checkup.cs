using Crik.Checkpoints;
using Crik.Configuration;
using Crik.Init;

namespace Crik.Checks;

/// <summary>All checks, one after the other: first what is cheap and explains the rest, at the end the trial.</summary>
internal static class Checkup
{
    /// <param name="options">As configured, as far as that could be read.</param>
    /// <param name="configurationProblem">What is wrong with the configuration.</param>
    public static List<Finding> Run(CrikOptions options, string? configurationProblem)
    {
        using Supervisor supervisor = new();
        CriuSetup criu = CriuSetup.Find(options);
        List<Finding> findings =
        [
            configurationProblem is null ? Finding.Ok("configuration", "the configuration is valid") : new("configuration", Verdict.Problem, configurationProblem),
            .. KernelChecks.Run(options.IoUring, criu.Level),
            .. PrivilegeChecks.Run(criu.File.StartsWith('/') ? criu.File : null, Newest(options.ImageDir)),
            .. CriuChecks.Run(supervisor, criu),
            .. ProgramChecks.Run(1, options, criu.Level),
            .. DirectoryChecks.Run(options.ImageDir, options.GracePeriod, configurationProblem is null),
        ];
        if (configurationProblem is null)
        {
            findings.Add(NodeStateCheck.Run(options));
        }

        findings.Add(Trial.Run(supervisor, criu, PlaceForTrial(options.ImageDir, findings)));
        return findings;
    }

    private static CheckpointManifest? Newest(string? imageDir)
    {
        try
        {
            return imageDir is null || !Directory.Exists(imageDir) ? null
                : CheckpointCatalog.Read(imageDir).FirstOrDefault(checkpoint => checkpoint.State == StoredState.Committed)?.Manifest;
        }
        catch (CheckpointException)
        {
            return null; // what is wrong with the directory is said elsewhere
        }
    }

    private static string PlaceForTrial(string? imageDir, List<Finding> findings) =>
        imageDir is not null && Directory.Exists(imageDir) && !findings.Any(finding => finding is { Name: "imageDir" or "space" or "sync", Verdict: Verdict.Problem })
            ? imageDir
            : Path.GetTempPath();
}
