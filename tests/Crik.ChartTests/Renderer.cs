namespace Crik.ChartTests;

/// <summary>Runs the program in tests/lab/chart, which renders a chart as Helm does.</summary>
internal static class Renderer
{
    public static string Program { get; } = Repository.In("artifacts/render-chart");

    public static string? SkipReason => File.Exists(Program) ? null : $"{Program} does not exist; run make chart";

    public static CommandResult Run(params string[] arguments) => Command.Run(Program, arguments);

    public static string Succeed(params string[] arguments)
    {
        CommandResult result = Run(arguments);
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.Empty(result.Errors);
        return result.Output;
    }
}
