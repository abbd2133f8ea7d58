using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>
/// Tests examples/statefulset.yaml as it is published. Only three things differ: the image, a longer timeout for the
/// node state server on a busy machine, and the server's address, because the cluster has no DNS.
/// </summary>
[Collection(nameof(Cluster))]
public sealed class CounterTests : IDisposable
{
    private readonly Cluster _cluster;
    private readonly ITestOutputHelper _output;
    private readonly string _images;

    public CounterTests(Cluster cluster, ITestOutputHelper output)
    {
        (_cluster, _output) = (cluster, output);
        CleanUp();
        _images = Path.Combine(cluster.Paths["SHARED"], "counter");
        Directory.CreateDirectory(_images);
        Cluster.Apply("""
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: counter}
            spec:
              capacity: {storage: 1Gi}
              accessModes: [ReadWriteOnce]
              persistentVolumeReclaimPolicy: Retain
              hostPath: {path: /shared/counter, type: Directory}
            """);
    }

    public void Dispose() => CleanUp();

    [Fact]
    public async Task The_pod_has_only_two_capabilities_and_continues_to_count_on_another_node()
    {
        Start();
        WaitForCount(3);
        JsonNode container = Pod()["spec"]!["containers"]![0]!;
        Assert.Equal("""{"add":["CHECKPOINT_RESTORE","SYS_PTRACE"]}""", container["securityContext"]!["capabilities"]!.ToJsonString());
        Assert.Null(container["securityContext"]!["privileged"]);

        int last = 0;
        for (int move = 0; move < 3; move++)
        {
            string from = NodeOf();
            Cluster.Mark(from);
            Cluster.WaitForState(from, "shutting-down");
            (string log, string node, int first) = await DeleteAndFollowAsync();

            Assert.Contains("the node is shutting-down", log, StringComparison.Ordinal);
            Assert.Contains("checkpoint committed", log, StringComparison.Ordinal);
            last = Counted(log)[^1];
            Assert.Equal(last + 1, first);
            Assert.NotEqual(from, node);
            _output.WriteLine($"on {from} it counted to {last}, on {node} it continued with {first}");
            Cluster.Unmark(from);
            WaitForCount(last + 3);
        }
    }

    [Fact]
    public async Task An_ordinary_delete_makes_no_checkpoint()
    {
        Start();
        WaitForCount(3);
        Cluster.WaitForState(NodeOf(), "ready");
        (string log, _, int first) = await DeleteAndFollowAsync();

        Assert.Contains("SIGTERM: no checkpoint, the program gets it", log, StringComparison.Ordinal);
        Assert.Equal(1, first);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_images, "checkpoints")));
    }

    [Fact]
    public void When_a_node_is_lost_after_a_warning_only_the_time_since_the_warning_is_lost()
    {
        Start("checkpointOnWarning: true");
        WaitForCount(3);
        string from = NodeOf();
        Cluster.Mark(from);
        Eventually.True(() => Log().Contains("the program runs on", StringComparison.Ordinal), "a checkpoint was made at the warning");
        int last = Counted(Log())[^1];
        Cluster.Control("kill-node", from[^1..]);
        try
        {
            Cluster.Kubectl("delete", "pod", "counter-0", "--grace-period=0", "--force");
            Eventually.True(() => Counted(Log()).Length > 0 && NodeOf() != from, "the pod runs on another node");

            Assert.InRange(Counted(Log())[0], 2, last + 1);
            Assert.Contains("the last run vanished", Log(), StringComparison.Ordinal);
        }
        finally
        {
            Cluster.Control("start-node", from[^1..]);
        }
    }

    private void Start(string moreConfiguration = "")
    {
        string example = File.ReadAllText(Repository.In("examples/statefulset.yaml"));
        foreach ((string published, string here) in new[]
        {
            ("crik-example:latest ", "localhost/crik-example:test "),
            ("      terminationGracePeriodSeconds: 60", $"      hostAliases: [{{ip: {_cluster.ServiceAddress}, hostnames: [crik-node-state-server.kube-system.svc]}}]\n      terminationGracePeriodSeconds: 60"),
            ("    gracePeriod: 60s\n", $"    gracePeriod: 60s\n    nodeStateTimeout: 10s\n    {moreConfiguration}\n"),
        })
        {
            Assert.Contains(published, example, StringComparison.Ordinal);
            example = example.Replace(published, here, StringComparison.Ordinal);
        }

        Cluster.Apply(example);
    }

    /// <summary>Deletes the pod and follows its log until the next pod counts.</summary>
    /// <returns>
    /// The log of the pod that ended, the node of the next pod, and the first number of the next pod.
    /// </returns>
    private static async Task<(string Log, string Node, int First)> DeleteAndFollowAsync()
    {
        string uid = (string)Pod()["metadata"]!["uid"]!;
        using Process follower = Process.Start(new ProcessStartInfo(Cluster.Script, ["kubectl", "logs", "-f", "counter-0"]) { RedirectStandardOutput = true })!;
        string? begin = await follower.StandardOutput.ReadLineAsync();
        Task<string> log = follower.StandardOutput.ReadToEndAsync();
        Cluster.Kubectl("delete", "pod", "counter-0");
        Eventually.True(() => (string?)Pod()["metadata"]!["uid"] != uid && Counted(Log()).Length > 0, "the next pod counts");
        return ($"{begin}\n{await log.WaitAsync(TimeSpan.FromMinutes(2))}", NodeOf(), Counted(Log())[0]);
    }

    private static void WaitForCount(int number) => Eventually.True(() => Counted(Log()).LastOrDefault() >= number, $"the counter has reached {number}");

    private static JsonNode Pod() => JsonNode.Parse(Cluster.Kubectl("get", "pod", "counter-0", "-o", "json"))!;

    private static string NodeOf() => (string)Pod()["spec"]!["nodeName"]!;

    private static string Log() => Cluster.Kubectl("logs", "counter-0");

    private static int[] Counted(string log) => [.. log.Split('\n')
        .Where(line => line.StartsWith("count ", StringComparison.Ordinal)).Select(line => int.Parse(line.AsSpan(6), CultureInfo.InvariantCulture))];

    private void CleanUp()
    {
        Cluster.Reset();
        Cluster.Kubectl("delete", "statefulset", "counter", "--ignore-not-found");
        Cluster.Kubectl("delete", "pod", "counter-0", "--ignore-not-found", "--grace-period=1");
        Cluster.Kubectl("delete", "pvc", "checkpoints-counter-0", "--ignore-not-found");
        Cluster.Kubectl("delete", "pv", "counter", "--ignore-not-found");
        string images = Path.Combine(_cluster.Paths["SHARED"], "counter");
        if (Directory.Exists(images))
        {
            Directory.Delete(images, recursive: true);
        }
    }
}
