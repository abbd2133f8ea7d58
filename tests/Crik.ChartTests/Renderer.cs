using System.Diagnostics;

namespace Crik.ChartTests;

/// <summary>Runs the program that renders charts as Helm does.</summary>
internal static class Renderer
{
    public static string Program { get; } = Repository.In("artifacts/render-chart");

    public static string? SkipReason => File.Exists(Program) ? null : $"there is no {Program}: make chart";

    public static RenderResult Run(params string[] arguments)
    {
        ProcessStartInfo start = new(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new RenderResult(process.ExitCode, output, errors.Result);
    }

    /// <summary>The objects that the chart makes of these arguments.</summary>
    public static Manifests Render(params string[] arguments) => new(Succeed([.. arguments, Repository.Chart]));

    public static string Notes(params string[] arguments) => Succeed(["--notes", .. arguments, Repository.Chart]);

    private static string Succeed(string[] arguments)
    {
        RenderResult result = Run(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Empty(result.Error);
        return result.Output;
    }
}

internal sealed record RenderResult(int ExitCode, string Output, string Error);

/// <summary>A test that needs the renderer; skipped, with the reason, where it was not built.</summary>
internal sealed class ChartFactAttribute : FactAttribute
{
    public ChartFactAttribute()
    {
        Skip = Renderer.SkipReason;
    }
}

/// <summary>So for a table of cases.</summary>
internal sealed class ChartTheoryAttribute : TheoryAttribute
{
    public ChartTheoryAttribute()
    {
        Skip = Renderer.SkipReason;
    }
}
