using Crik.Configuration;
using Crik.Criu;
using Crik.Init;
using Crik.Store;

namespace Crik.Checks;

/// <summary>Runs all checks: first those that are cheap and explain the others, at the end the trial.</summary>
internal static class Checkup
{
    /// <param name="options">The configuration, as far as it could be read.</param>
    /// <param name="configurationProblem">What is wrong with the configuration; null when it is valid.</param>
    public static List<Finding> Run(CrikOptions options, string? configurationProblem) => InitLoop.RunTool(init => Run(init, options, configurationProblem));

    private static List<Finding> Run(IInit init, CrikOptions options, string? configurationProblem)
    {
        CriuSetup criu = CriuSetup.Find(options.CriuPath);
        List<Finding> findings =
        [
            configurationProblem is null ? Finding.Ok("configuration", "the configuration is valid") : new("configuration", Verdict.Problem, configurationProblem),
            .. KernelChecks.Run(options.IoUring, criu.Level),
            .. PrivilegeChecks.Run(criu.File.StartsWith('/') ? criu.File : null, Newest(options.ImageDir)),
            .. CriuChecks.Run(init, criu),
            .. ProgramChecks.Run(1, options, criu.Level),
            .. DirectoryChecks.Run(options.ImageDir, options.Termination, configurationProblem is null),
        ];
        if (configurationProblem is null)
        {
            findings.Add(NodeStateCheck.Run(options));
        }

        findings.Add(Trial.Run(init, criu, PlaceForTrial(options.ImageDir, findings)));
        return criu.InUserNamespace ? findings.ConvertAll(finding => finding with { Yaml = PrivilegeChecks.OutsideUserNamespaces(finding.Yaml) }) : findings;
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
            return null; // another check reports what is wrong with the directory
        }
    }

    private static string PlaceForTrial(string? imageDir, List<Finding> findings) =>
        imageDir is not null && Directory.Exists(imageDir) && !findings.Any(finding => finding is { Name: "imageDir" or "space" or "sync", Verdict: Verdict.Problem })
            ? imageDir
            : Path.GetTempPath();
}
