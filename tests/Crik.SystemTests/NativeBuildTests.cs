using System.Diagnostics;

namespace Crik.SystemTests;

/// <summary>What is left out of the native binary is not missed, and it stays as small as it is meant to be.</summary>
public sealed class NativeBuildTests
{
    [LabFact]
    public void The_binary_has_at_most_6_MB() => Assert.InRange(new FileInfo(Lab.Binary).Length, 1, 6_000_000);

    [LabTheory]
    [InlineData("keep: &a 3", ":1: keep: anchors (&a) are not supported")]
    [InlineData("%TAG !e! tag:example.com,2000:\n---\nkeep: !e!int 3", ":3: ")]
    [InlineData("keep: *a", ":1: ")]
    public void Yaml_that_takes_the_parsers_patterns_is_read_and_refused(string yaml, string problem)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, yaml);

        (int code, string errors) = Run("--config-path", file);

        File.Delete(file);
        Assert.Equal(64, code);
        Assert.Contains(file + problem, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("bug", errors, StringComparison.Ordinal);
    }

    private static (int Code, string Errors) Run(params string[] options)
    {
        ProcessStartInfo start = new(Lab.Binary, ["run", .. options, "--", "true"]) { RedirectStandardError = true };
        start.Environment.Clear();
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, errors);
    }
}
