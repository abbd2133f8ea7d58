namespace Crik.ChartTests;

internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Chart { get; } = In("charts/node-state-server");

    public static string In(string path) => Path.Combine(Root, path);

    /// <summary>A file with values for tests, by its name.</summary>
    public static string Values(string name) => In($"tests/Crik.ChartTests/values/{name}.yaml");

    private static string FindRoot()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Crik.slnx")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }
}
