using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>
/// Tests that a PodMigration moves pods of every kind of owner to the other node and back, and that their programs count on without
/// a gap. The variable CRIK_MOVES says how often each of them moves.
/// </summary>
[Collection(nameof(Cluster))]
public sealed class MigrationTests : IDisposable
{
    private static readonly int s_moves = int.Parse(Environment.GetEnvironmentVariable("CRIK_MOVES") ?? "2", CultureInfo.InvariantCulture);

    private readonly ITestOutputHelper _output;
    private readonly TestNamespace _place;
    private readonly CountingPods _pods;
    private readonly MovingWorkload _workload;

    public MigrationTests(Cluster cluster, ITestOutputHelper output)
    {
        (_output, _place) = (output, new TestNamespace(cluster));
        (_pods, _workload) = (new CountingPods(_place), new MovingWorkload(_place, cluster.Operator.Image("python")));
    }

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("StatefulSet", 1)]
    [InlineData("Deployment", 2)]
    [InlineData("ReplicaSet", 1)]
    [InlineData("Job", 1)]
    [InlineData("Pod", 1)]
    public async Task Pods_move_back_and_forth_and_count_on_without_a_gap(string kind, int replicas)
    {
        _workload.Start(kind, replicas);
        CountingPod[] pods = _pods.WaitFor(replicas, static _ => true);
        for (int i = 1; i <= s_moves; i++)
        {
            string to = pods.Any(static pod => pod.Node == "node-1") ? "node-2" : "node-1";
            CountingPod[] moving = [.. pods.Where(pod => pod.Node != to)];
            Dictionary<string, Task<int>> ends = moving.ToDictionary(pod => pod.Word, pod => Task.Run(() => _pods.FollowToTheEnd(pod)));

            _workload.Request($"move-{i}", to);
            JsonNode status = _workload.WaitForEnd($"move-{i}");

            Assert.True(MovingWorkload.IsReady(status), status.ToJsonString());
            CountingPod[] before = pods;
            pods = _pods.WaitFor(replicas, pod => pod.Node == to && !moving.Any(old => old.Uid == pod.Uid));
            Assert.Equal(before.Select(pod => pod.Word).Order(StringComparer.Ordinal), pods.Select(pod => pod.Word).Order(StringComparer.Ordinal));
            foreach (CountingPod pod in pods.Where(pod => ends.ContainsKey(pod.Word)))
            {
                int last = await ends[pod.Word];
                _output.WriteLine($"{pod.Name}: {last}, then {pod.First} on {to}");
                Assert.Equal(last + 1, pod.First);
            }

            _output.WriteLine(string.Join(", ", status["pods"]!.AsArray().Select(pod => $"{pod!["name"]}: {pod["downtimeMilliseconds"]} ms")));
        }
    }
}
