namespace Crik.Bench;

/// <summary>
/// A memory cgroup with the limit of a container, so that the server has what it would have in a cluster. It needs root and
/// cgroup v1, as CONTRIBUTING.md's lab does.
/// </summary>
internal sealed class MemoryLimit : IDisposable
{
    private readonly string _path;

    public MemoryLimit(int mebibytes)
    {
        Mebibytes = mebibytes;
        _path = $"/sys/fs/cgroup/memory/crik-bench-{Environment.ProcessId}";
        Directory.CreateDirectory(_path);
        File.WriteAllText(Path.Combine(_path, "memory.limit_in_bytes"), $"{mebibytes}M");
    }

    public int Mebibytes { get; }

    /// <summary>A process that joins writes its number here.</summary>
    public string Processes => Path.Combine(_path, "cgroup.procs");

    /// <summary>
    /// The most memory that was used so far, in MiB, and what the buffers of TCP use, which cgroup v1 counts separately and
    /// cgroup v2 counts in.
    /// </summary>
    public (double Most, double Tcp) Used() => (Read("memory.max_usage_in_bytes"), Read("memory.kmem.tcp.max_usage_in_bytes"));

    public void Dispose()
    {
        for (int i = 0; i < 50 && Directory.Exists(_path); i++)
        {
            try
            {
                Directory.Delete(_path);
            }
            catch (IOException)
            {
                Thread.Sleep(100); // the process is still ending
            }
        }
    }

    private double Read(string file) =>
        long.Parse(File.ReadAllText(Path.Combine(_path, file)), System.Globalization.CultureInfo.InvariantCulture) / 1024.0 / 1024;
}
