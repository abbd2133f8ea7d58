using System.Text.Json.Nodes;

namespace Crik.ClusterTests;

/// <summary>
/// Tests the ways in which pods end: a workload that makes a checkpoint at every SIGTERM, and beside it one that asks
/// the node state server.
/// </summary>
[Collection(nameof(Cluster))]
public sealed class PodEndTests : IDisposable
{
    /// <summary>What crik logs after a checkpoint that leaves the program running.</summary>
    private const string Saved = "checkpoint committed, the program runs on";

    private readonly TestNamespace _place;
    private readonly Workload _alone;
    private readonly Workload _asking;

    public PodEndTests(Cluster cluster)
    {
        Cluster.WaitForServers();
        _place = new TestNamespace(cluster);
        _alone = new Workload(_place, "simple-loop");
        _asking = new Workload(_place, "counter");
    }

    public void Dispose()
    {
        Cluster.Reset();
        _place.Dispose();
    }

    [Fact]
    [Happens("eviction", "without a server")]
    [Happens("eviction", "with a server")]
    public void An_evicted_pod_continues_unless_a_server_says_that_its_node_stays()
    {
        Start();
        (PodSighting alone, PodSighting asking) = (_alone.WaitForCount(3), _asking.WaitForCount(3));
        Evict(alone);
        Evict(asking);

        Assert.InRange(_alone.WaitForSuccessorOf(alone).First, alone.Last + 1, int.MaxValue);
        Assert.Equal(1, _asking.WaitForSuccessorOf(asking).First);
    }

    [Fact]
    [Happens("eviction", "with a server")]
    public void An_evicted_pod_continues_when_the_server_may_read_pods()
    {
        Cluster.Install("--set", "nodeStateServer.readPods=true");
        try
        {
            Start();
            PodSighting asking = _asking.WaitForCount(3);
            Evict(asking);

            Assert.InRange(_asking.WaitForSuccessorOf(asking).First, asking.Last + 1, int.MaxValue);
        }
        finally
        {
            Cluster.Install();
        }
    }

    [Fact]
    [Happens("scale down and up", "without a server")]
    [Happens("scale down and up", "with a server")]
    public void A_workload_continues_after_it_was_scaled_down_unless_a_server_says_that_its_node_stays()
    {
        Start();
        (PodSighting alone, PodSighting asking) = (_alone.WaitForCount(3), _asking.WaitForCount(3));
        _place.Kubectl("scale", "statefulset", "--all", "--replicas=0");
        Eventually.True(() => !_place.Api.Items(_place.PathOf("api/v1", "pods")).Any(), "no pod is left");
        _place.Kubectl("scale", "statefulset", "--all", "--replicas=1");

        Assert.InRange(_alone.WaitForSuccessorOf(alone).First, alone.Last + 1, int.MaxValue);
        Assert.Equal(1, _asking.WaitForSuccessorOf(asking).First);
    }

    [Fact]
    [Happens("node lost", "without a server")]
    [Happens("node lost", "with a server")]
    public void When_a_node_is_lost_only_the_time_since_the_last_checkpoint_is_lost()
    {
        Cluster.Kubectl("cordon", "node-2");
        Start(alone: ("env:\n", "env:\n        - {name: CRIK_CHECKPOINT_INTERVAL, value: 1s}\n"), asking: ("gracePeriod: 60s\n", "gracePeriod: 60s\n    checkpointOnWarning: true\n"));
        _alone.WaitForCount(3);
        _asking.WaitForCount(3);
        Cluster.Kubectl("uncordon", "node-2");
        Cluster.Mark("node-1");
        PodSighting[] saved = [.. new[] { _alone, _asking }.Select(workload =>
            Eventually.Found(() => workload.WaitForCount(3) is var now && now.Log.Contains(Saved, StringComparison.Ordinal) ? now : null, $"{workload.Name} has a checkpoint"))];
        Cluster.Control("kill-node", "1");
        try
        {
            _place.Kubectl("delete", "pods", "--all", "--grace-period=0", "--force");
            foreach ((Workload workload, PodSighting before) in new[] { (_alone, saved[0]), (_asking, saved[1]) })
            {
                PodSighting after = workload.WaitForSuccessorOf(before);
                Assert.Equal("node-2", after.Node);
                Assert.Contains("the last run vanished", after.Log, StringComparison.Ordinal);
                int[] counted = Workload.NumbersIn(before.Log[..before.Log.LastIndexOf(Saved, StringComparison.Ordinal)]);
                Assert.True(after.First >= counted[^1], $"{workload.Name} had saved {counted[^1]}, and began at {after.First}:\n{after.Log}");
            }
        }
        finally
        {
            Cluster.Control("start-node", "1");
        }
    }

    private void Start((string Published, string Here)? alone = null, (string Published, string Here)? asking = null)
    {
        _place.Apply("simple-loop.yaml", alone is { } change ? [change] : []);

        // The servers may take longer than a second on a busy machine.
        _place.Apply("statefulset.yaml", [("    imageDir:", "    nodeStateTimeout: 10s\n    imageDir:"), .. asking is { } other ? new[] { other } : []]);
    }

    private void Evict(PodSighting pod)
    {
        JsonObject eviction = new() { ["apiVersion"] = "policy/v1", ["kind"] = "Eviction", ["metadata"] = new JsonObject { ["name"] = pod.Name } };
        string path = $"/{_place.PathOf("api/v1", "pods")}/{pod.Name}/eviction";
        Command.OutputWithInput(eviction.ToJsonString(), Cluster.Script, "kubectl", "create", "--raw", path, "-f", "-");
    }
}
