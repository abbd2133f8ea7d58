using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>
/// Tests examples/statefulset.yaml as it is published. Only two things differ: the image, and a longer timeout for the
/// node state server on a busy machine.
/// </summary>
[Collection(nameof(Cluster))]
public sealed class CounterTests : IDisposable
{
    private readonly ITestOutputHelper _output;
    private readonly TestNamespace _place;
    private readonly Workload _counter;

    public CounterTests(Cluster cluster, ITestOutputHelper output)
    {
        _output = output;
        Cluster.WaitForServers();
        _place = new TestNamespace(cluster);
        _place.Apply("statefulset.yaml", ("    imageDir:", "    nodeStateTimeout: 10s\n    imageDir:"));
        _counter = new Workload(_place, "counter");
    }

    public void Dispose()
    {
        Cluster.Reset();
        _place.Dispose();
    }

    [Fact]
    [Happens("spot notice", "with a server")]
    public async Task The_pod_has_only_two_capabilities_and_continues_to_count_on_another_node()
    {
        PodSighting pod = _counter.WaitForCount(3);
        JsonNode container = _counter.Pods().Single()["spec"]!["containers"]![0]!;
        Assert.Equal("""{"add":["CHECKPOINT_RESTORE","SYS_PTRACE"]}""", container["securityContext"]!["capabilities"]!.ToJsonString());
        Assert.Null(container["securityContext"]!["privileged"]);

        for (int move = 0; move < 3; move++)
        {
            Cluster.Mark(pod.Node);
            Cluster.WaitForState(pod.Node, "shutting-down");
            (string log, PodSighting next) = await DeleteAndFollowAsync(pod);

            Assert.Contains("the node is shutting-down", log, StringComparison.Ordinal);
            Assert.Contains("checkpoint committed", log, StringComparison.Ordinal);
            int last = Workload.NumbersIn(log)[^1];
            Assert.Equal(last + 1, next.First);
            Assert.NotEqual(pod.Node, next.Node);
            _output.WriteLine($"on {pod.Node} it counted to {last}, on {next.Node} it continued with {next.First}");
            Cluster.Unmark(pod.Node);
            pod = _counter.WaitForCount(last + 3);
        }
    }

    [Fact]
    [Happens("delete", "with a server")]
    public async Task An_ordinary_delete_makes_no_checkpoint()
    {
        PodSighting pod = _counter.WaitForCount(3);
        Cluster.WaitForState(pod.Node, "ready");
        (string log, PodSighting next) = await DeleteAndFollowAsync(pod);

        Assert.Contains("SIGTERM: no checkpoint, the program gets it", log, StringComparison.Ordinal);
        Assert.Equal(1, next.First);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_place.Volume("checkpoints-counter-0"), "checkpoints")));
    }

    /// <summary>Deletes the pod, follows its log to the end, and waits until the next pod counts.</summary>
    private async Task<(string Log, PodSighting Next)> DeleteAndFollowAsync(PodSighting pod)
    {
        using Process follower = Process.Start(new ProcessStartInfo(Cluster.Script, ["kubectl", "--namespace", _place.Name, "logs", "-f", pod.Name]) { RedirectStandardOutput = true })!;
        string? begin = await follower.StandardOutput.ReadLineAsync();
        Task<string> log = follower.StandardOutput.ReadToEndAsync();
        _counter.Delete(pod);
        PodSighting next = _counter.WaitForSuccessorOf(pod);
        return ($"{begin}\n{await log.WaitAsync(TimeSpan.FromMinutes(2))}", next);
    }
}
