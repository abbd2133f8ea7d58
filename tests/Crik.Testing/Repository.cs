namespace Crik.Testing;

/// <summary>Finds the files of the repository that the tests were built from.</summary>
public static class Repository
{
    /// <summary>The directory with Crik.slnx in it.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The full path of a file or a directory of the repository.</summary>
    public static string In(string path) => Path.Combine(Root, path);

    /// <summary>
    /// The C# files that people wrote below a directory of the repository. Generated files are left out.
    /// </summary>
    public static IEnumerable<string> SourceFiles(string directory) =>
        Directory.EnumerateFiles(In(directory), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Crik.slnx")))
            {
                return directory.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No directory above {AppContext.BaseDirectory} contains Crik.slnx. The tests have to run inside the repository.");
    }
}
