namespace Crik.ChartTests;

/// <summary>A chart of this repository.</summary>
internal sealed class Chart
{
    private Chart(string name)
    {
        Name = name;
        Directory = Repository.In($"charts/{name}");
        Values = new ValuesFile(Path.Combine(Directory, "values.yaml"));
    }

    public static Chart NodeStateServer { get; } = new("node-state-server");

    public static Chart Crik { get; } = new("crik");

    public static IReadOnlyList<Chart> All { get; } = [NodeStateServer, Crik];

    public string Name { get; }

    public string Directory { get; }

    public ValuesFile Values { get; }

    public static Chart Named(string name) => All.Single(chart => chart.Name == name);

    public string Read(string file) => File.ReadAllText(Path.Combine(Directory, file));

    /// <summary>Renders the objects that the chart makes from these arguments.</summary>
    public Manifests Render(params string[] arguments) => new(Renderer.Succeed([.. arguments, Directory]));

    /// <summary>Renders the objects of `helm test`.</summary>
    public Manifests Tests(params string[] arguments) => new(Renderer.Succeed(["--tests", .. arguments, Directory]));

    public string Notes(params string[] arguments) => Renderer.Succeed(["--notes", .. arguments, Directory]);

    /// <summary>Returns why the chart refuses these arguments.</summary>
    public string Refuse(params string[] arguments)
    {
        CommandResult result = Renderer.Run([.. arguments, Directory]);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        return result.Errors;
    }
}
