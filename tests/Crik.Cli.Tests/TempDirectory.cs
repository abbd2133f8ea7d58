using System.Diagnostics;

namespace Crik.Tests;

/// <summary>A directory that goes away with the test.</summary>
internal sealed class TempDirectory : IDisposable
{
    public TempDirectory()
    {
        Path = Directory.CreateTempSubdirectory("crik-test-").FullName;
    }

    public string Path { get; }

    public string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>By rm: Directory.Delete cannot name a file whose name is not UTF-8.</summary>
    public void Dispose()
    {
        using Process rm = Process.Start("rm", ["-rf", Path]);
        rm.WaitForExit();
    }
}
