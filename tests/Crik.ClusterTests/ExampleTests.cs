using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>Tests the manifests of examples/ as they are published.</summary>
[Collection(nameof(Cluster))]
public sealed class ExampleTests(Examples examples, ITestOutputHelper output) : IClassFixture<Examples>, IDisposable
{
    public void Dispose() => Cluster.Reset();

    [Fact]
    [Happens("delete", "without a server")]
    [Happens("spot notice", "with a server")]
    public async Task Every_example_continues_after_its_pod_is_deleted()
    {
        // A mark that keeps no pod away: one of the examples makes checkpoints only when its node goes away.
        foreach (string node in Cluster.Nodes)
        {
            Cluster.Mark(node, "PreferNoSchedule");
            Cluster.WaitForState(node, "shutting-down");
        }

        await examples.ForEach(workload =>
        {
            PodSighting before = workload.WaitForCount(3);
            workload.Delete(before);
            AssertContinued(workload, before);
        });
    }

    [Fact]
    [Happens("drain", "without a server")]
    [Happens("drain", "with a server")]
    public async Task Every_example_continues_on_another_node_after_a_drain()
    {
        foreach (string node in Cluster.Nodes)
        {
            Dictionary<string, PodSighting> before = [];
            await examples.ForEach(workload =>
            {
                PodSighting sighting = workload.WaitForCount(3);
                lock (before)
                {
                    before[workload.Name] = sighting;
                }
            });
            Cluster.Kubectl("drain", node, "--ignore-daemonsets", "--delete-emptydir-data");
            await examples.ForEach(workload =>
            {
                if (before[workload.Name].Node == node)
                {
                    PodSighting after = AssertContinued(workload, before[workload.Name]);
                    Assert.NotEqual(node, after.Node);
                }
            });
            Cluster.Kubectl("uncordon", node);
        }
    }

    [Fact]
    public void The_API_server_accepts_every_manifest_whose_image_is_not_here()
    {
        string[] texts = [.. Directory.EnumerateFiles(Repository.In("examples"), "*.yaml", SearchOption.AllDirectories)
            .Where(file => Path.GetDirectoryName(file) != Repository.In("examples")).Select(File.ReadAllText)
            .Where(text => text.Contains("\napiVersion: ", StringComparison.Ordinal))];

        string accepted = Command.OutputWithInput(string.Join("\n---\n", texts), Cluster.Script, "kubectl", "apply", "--dry-run=server", "--validate=strict", "-f", "-");

        Assert.Equal(texts.Length, accepted.Split('\n').Count(line => line.StartsWith("statefulset.apps/", StringComparison.Ordinal) || line.StartsWith("job.batch/", StringComparison.Ordinal)));
    }

    private PodSighting AssertContinued(Workload workload, PodSighting before)
    {
        PodSighting after = workload.WaitForSuccessorOf(before);
        output.WriteLine($"{workload.Name}: {before.Last} on {before.Node}, then {after.First} on {after.Node}");
        Assert.True(after.First > before.Last, $"{workload.Name} had counted to {before.Last}, and the next pod began at {after.First}:\n{after.Log}");
        return after;
    }
}
