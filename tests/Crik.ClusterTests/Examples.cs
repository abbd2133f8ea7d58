namespace Crik.ClusterTests;

/// <summary>
/// Every manifest of examples/ whose workload has one pod, in one namespace, with only the image replaced. <see cref="PoolTests"/> has the
/// one with three.
/// </summary>
public sealed class Examples : IDisposable
{
    private readonly TestNamespace _place;

    public Examples(Cluster cluster)
    {
        _place = new TestNamespace(cluster);
        foreach (string file in Directory.EnumerateFiles(Repository.In("examples"), "*.yaml").Where(file => Path.GetFileName(file) != PoolTests.Example))
        {
            _place.Apply(Path.GetFileName(file));
        }

        Workloads = [.. new[] { ("apis/apps/v1", "statefulsets"), ("apis/apps/v1", "deployments"), ("apis/batch/v1", "jobs") }
            .SelectMany(kind => _place.Api.Items(_place.PathOf(kind.Item1, kind.Item2)))
            .Select(item => new Workload(_place, (string)item["metadata"]!["name"]!))];
    }

    internal IReadOnlyList<Workload> Workloads { get; }

    public void Dispose() => _place.Dispose();

    /// <summary>Does the same with all workloads at once, because each of them mostly waits.</summary>
    internal Task ForEach(Action<Workload> action) => Task.WhenAll(Workloads.Select(workload => Task.Run(() => action(workload))));
}
