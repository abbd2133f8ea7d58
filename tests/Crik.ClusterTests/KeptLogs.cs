using System.Globalization;
using System.Text.RegularExpressions;

namespace Crik.ClusterTests;

/// <summary>
/// Keeps the logs of all containers of a namespace, with hard links to the files that the container runtimes write. So they can
/// still be read when the pod, or the node, is gone.
/// </summary>
internal sealed partial class KeptLogs : IDisposable
{
    private const string Container = "app";

    /// <summary>A pod ends seconds after it has started, so this is often enough to see each of them.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly string _machines;
    private readonly string _directory;
    private readonly string _space;
    private readonly HashSet<string> _known = [];
    private readonly CancellationTokenSource _end = new();
    private readonly Task _work;

    public KeptLogs(Cluster cluster, string space)
    {
        (_machines, _space) = (cluster.Paths["MACHINES"], space);
        _directory = Path.Combine(_machines, "kept-logs"); // on the file system of the logs, because hard links cannot leave it
        Command.Output("rm", "-rf", _directory);
        Directory.CreateDirectory(_directory);
        _work = Task.Run(WatchAsync);
    }

    /// <summary>What the programs of the pods whose names begin so have written so far.</summary>
    public IEnumerable<CountingRun> RunsOf(string pods)
    {
        Look();
        return Directory.GetFiles(_directory, $"*_{pods}*").Select(Read).OfType<CountingRun>();
    }

    public void Dispose()
    {
        _end.Cancel();
        _work.Wait();
        _end.Dispose();
        Command.Output("rm", "-rf", _directory);
    }

    private async Task WatchAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            Look();
            await Task.Delay(s_pause, _end.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private void Look()
    {
        lock (_known)
        {
            foreach (string node in Cluster.Nodes)
            {
                string all = Path.Combine(_machines, node, "log/pods");
                foreach (string directory in Directory.Exists(all) ? Directory.GetDirectories(all, $"{_space}_*") : [])
                {
                    Keep(node, directory);
                }
            }
        }
    }

    /// <summary>The kubelet may delete a log at any time. Then it was kept before, or its container has written nothing.</summary>
    private void Keep(string node, string directory)
    {
        string of = Path.Combine(directory, Container);
        foreach (string file in Directory.Exists(of) ? Directory.GetFiles(of, "*.log") : [])
        {
            // A directory is called NAMESPACE_POD_UID, and a file by how often the container was started.
            string name = $"{node}_{Path.GetFileName(directory)[(_space.Length + 1)..]}_{Path.GetFileName(file)}";
            if (!_known.Contains(name) && Command.Run("ln", [file, Path.Combine(_directory, name)]).ExitCode == 0)
            {
                _known.Add(name);
            }
        }
    }

    private static CountingRun? Read(string file)
    {
        string[] name = Path.GetFileName(file).Split('_');
        Match[] lines = Line().Matches(File.ReadAllText(file)).ToArray();
        if (lines.Length == 0)
        {
            return null;
        }

        Assert.Equal(Enumerable.Range(Number(lines[0]), lines.Length), lines.Select(Number));
        return new CountingRun(name[0], name[1], lines[0].Groups[2].Value, Number(lines[0]), Number(lines[^1]), Time(lines[0]), Time(lines[^1]));
    }

    private static int Number(Match line) => int.Parse(line.Groups[3].ValueSpan, CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(Match line) => DateTimeOffset.Parse(line.Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(\S+) stdout F ([a-z]{8}) ([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
