using System.Diagnostics;
using System.Globalization;

namespace Crik.ClusterTests;

/// <summary>Stands before the cluster's registry, under the same name and another port, and has the troubles that a test asks for.</summary>
internal sealed class TroubledRegistry : IDisposable
{
    public const string Name = "registry.lab:5443";

    private const string Port = "5443";

    private readonly TempDirectory _files = new();
    private readonly string _trouble;
    private readonly Process _process;

    public TroubledRegistry(Cluster cluster)
    {
        string certificates = Path.GetDirectoryName(cluster.Paths["CA"])!;
        _trouble = _files.Write("trouble", "");
        string[] arguments =
        [
            "control-network", "python3", Repository.In("tests/lab/kubernetes/troubled-registry.py"), cluster.Paths["CONTROL_IP"], Port,
            Path.Combine(certificates, "registry.crt"), Path.Combine(certificates, "registry.key"), cluster.Paths["CA"], _trouble,
        ];
        _process = Process.Start(new ProcessStartInfo(Cluster.Script, arguments) { RedirectStandardOutput = true })!;
        Assert.Equal("ready", _process.StandardOutput.ReadLine());
    }

    /// <summary>The requests that had trouble.</summary>
    public int Count => File.Exists($"{_trouble}.count") && int.TryParse(File.ReadAllText($"{_trouble}.count"), CultureInfo.InvariantCulture, out int count) ? count : 0;

    /// <param name="kind">A word of troubled-registry.py, or nothing.</param>
    public void Have(string kind) => File.WriteAllText(_trouble, kind);

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        _files.Dispose();
    }
}
