using System.Diagnostics;

namespace Crik.SystemTests.Published;

/// <summary>
/// Tests what only the native binary can show: its size, and that it lacks nothing that was left out of it.
/// </summary>
public sealed class NativeBuildTests
{
    [LabFact]
    public void The_binary_has_at_most_6_MB() => Assert.InRange(new FileInfo(Lab.Binary).Length, 1, 6_000_000);

    [LabTheory]
    [InlineData("keep: &a 3", ":1: keep: anchors (&a) are not supported")]
    [InlineData("%TAG !e! tag:example.com,2000:\n---\nkeep: !e!int 3", ":3: ")]
    [InlineData("keep: *a", ":1: ")]
    [InlineData("keep: &a[ 3", ":1: ")]
    [InlineData("%TAG !e tag:example.com,2000:\n---\nkeep: 3", ":1: ")]
    public void The_native_YAML_parser_refuses_anchors_tags_and_aliases_and_names_the_line(string yaml, string problem)
    {
        using TempDirectory directory = new();
        string file = directory.Write("crik.yaml", yaml);

        (int code, string errors) = Run("--config-path", file);

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
