namespace Crik.Testing;

/// <summary>A directory for the files of one test. It is deleted when the test ends.</summary>
public sealed class TempDirectory : IDisposable
{
    /// <param name="prefix">
    /// The start of the directory's name, which tells whose it is if a test leaves it behind.
    /// </param>
    public TempDirectory(string prefix = "crik-test-")
    {
        Path = Directory.CreateTempSubdirectory(prefix).FullName;
    }

    private TempDirectory(DirectoryInfo directory)
    {
        Path = directory.FullName;
    }

    public string Path { get; }

    /// <summary>Makes the directory on another file system, such as one in memory.</summary>
    public static TempDirectory Below(string parent) => new(Directory.CreateDirectory(System.IO.Path.Combine(parent, $"crik-test-{Guid.NewGuid():n}")));

    public string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Writes a file into the directory.</summary>
    /// <returns>The path of the file.</returns>
    public string Write(string name, string text)
    {
        string path = In(name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Uses rm because Directory.Delete cannot delete a file whose name is not UTF-8.</summary>
    public void Dispose() => Command.Output("rm", "-rf", Path);
}
