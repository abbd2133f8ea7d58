namespace Crik.ChartTests;

internal static class ChartFiles
{
    /// <summary>Returns the path of a file with values for tests.</summary>
    public static string Values(string name) => Repository.In($"tests/Crik.ChartTests/values/{name}.yaml");
}
