using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>Tests that a program moves from one node to the other and back, also when they have different runtimes.</summary>
[Collection(nameof(Cluster))]
[Trait("Runtimes", "both")]
public sealed class MoveTests(Cluster cluster, ITestOutputHelper output) : IDisposable
{
    private const string Published = "add: [CHECKPOINT_RESTORE, SYS_PTRACE]";

    /// <summary>The capabilities that containerd gives a container, and CRI-O does not.</summary>
    private const string Named = "add: [CHECKPOINT_RESTORE, SYS_PTRACE, NET_RAW, SYS_CHROOT, MKNOD, AUDIT_WRITE, SETFCAP]";

    private readonly TestNamespace _place = new(cluster);

    /// <summary>Whether the nodes were asked to have different runtimes.</summary>
    private static bool HasTwoRuntimes => Environment.GetEnvironmentVariable("CRIK_CLUSTER_RUNTIMES")?.Split(' ').Distinct().Count() == 2;

    public void Dispose()
    {
        Cluster.Reset();
        _place.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_pod_continues_on_the_other_node_and_again_on_the_first(bool hostUsers)
    {
        Cluster.Kubectl("cordon", "node-2");
        _place.Kubectl("create", "service", "clusterip", "simple-loop", "--clusterip=None");
        string users = $"      hostUsers: {(hostUsers ? "true" : "false")}\n";
        _place.Apply("simple-loop.yaml", (Published, Named), ("      containers:\n", users + "      containers:\n"));
        Workload loop = new(_place, "simple-loop");
        PodSighting before = loop.WaitForCount(3);
        Assert.Equal("node-1", before.Node);
        foreach (string node in (string[])["node-2", "node-1", "node-2"])
        {
            Cluster.Kubectl("uncordon", node);
            Cluster.Kubectl("cordon", before.Node);
            string was = Runtime(before);
            loop.Delete(before);
            PodSighting after = loop.WaitForSuccessorOf(before);

            string now = Runtime(after);
            string map = _place.Kubectl("exec", after.Name, "--", "cat", "/proc/self/uid_map");
            output.WriteLine($"{before.Node}, {was}: {before.Last}; {after.Node}, {now}: {after.First}; its users: {map.Trim()}");
            Assert.Equal(node, after.Node);
            Assert.True(was != now || !HasTwoRuntimes, $"both nodes have the runtime {now}");
            Assert.True(after.First > before.Last, $"it had counted to {before.Last}, and the next pod began at {after.First}:\n{after.Log}");
            Assert.Equal(hostUsers, map.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1] == "0");
            WaitForName(after);
            before = after;
        }
    }

    private void WaitForName(PodSighting pod)
    {
        string address = (string)Pod(pod)["status"]!["podIP"]!;
        Eventually.True(
            () => _place.Kubectl("exec", pod.Name, "--", "getent", "ahostsv4", $"{pod.Name}.simple-loop").Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .All(line => line.StartsWith($"{address} ", StringComparison.Ordinal)),
            $"in the cluster the name of {pod.Name} leads to {address} and nowhere else");
    }

    /// <summary>The runtime of a pod: "containerd" or "cri-o".</summary>
    private string Runtime(PodSighting pod) => ((string)Pod(pod)["status"]!["containerStatuses"]![0]!["containerID"]!).Split(':')[0];

    private JsonNode Pod(PodSighting pod) => _place.Api.Read(_place.PathOf("api/v1", $"pods/{pod.Name}"));
}
