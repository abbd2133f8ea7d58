namespace Crik.ChartTests;

internal static class ChartFiles
{
    /// <summary>The directory of the chart.</summary>
    public static string Chart { get; } = Repository.In("charts/node-state-server");

    /// <summary>Returns the path of a file with values for tests.</summary>
    public static string Values(string name) => Repository.In($"tests/Crik.ChartTests/values/{name}.yaml");
}
