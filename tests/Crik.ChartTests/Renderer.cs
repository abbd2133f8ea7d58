namespace Crik.ChartTests;

/// <summary>Runs the program in tests/lab/chart, which renders a chart as Helm does.</summary>
internal static class Renderer
{
    public static string Program { get; } = Repository.In("artifacts/render-chart");

    public static string? SkipReason => File.Exists(Program) ? null : $"{Program} does not exist; run make chart";

    public static CommandResult Run(params string[] arguments) => Command.Run(Program, arguments);

    /// <summary>Renders the objects that the chart makes from these arguments.</summary>
    public static Manifests Render(params string[] arguments) => new(Succeed([.. arguments, ChartFiles.Chart]));

    /// <summary>Renders the objects of `helm test`.</summary>
    public static Manifests Tests(params string[] arguments) => new(Succeed(["--tests", .. arguments, ChartFiles.Chart]));

    public static string Notes(params string[] arguments) => Succeed(["--notes", .. arguments, ChartFiles.Chart]);

    private static string Succeed(string[] arguments)
    {
        CommandResult result = Run(arguments);
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Empty(result.Errors);
        return result.Output;
    }
}
