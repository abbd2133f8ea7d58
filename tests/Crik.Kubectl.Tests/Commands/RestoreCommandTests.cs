using System.Text.Json.Nodes;

namespace Crik.Kubectl.Tests.Commands;

public sealed class RestoreCommandTests : IAsyncLifetime
{
    private const string Checkpoints = "/apis/crik.dev/v1alpha1/namespaces/shop/podcheckpoints/";
    private const string Restored = "/api/v1/namespaces/shop/pods/web-0-restored";

    private FakeCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await FakeCluster.StartAsync();
        _cluster.Add(Checkpoints + "a", SavedPods.Checkpoint("a", "web-0"));
        AddNode("worker-1", "containerd://2.1.9");
        AddNode("worker-2", "containerd://2.1.9");
        AddNode("worker-new", "containerd://2.4.0");
        AddNode("worker-closed", "containerd://2.1.9", """{"unschedulable": true}""");
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Theory]
    [InlineData("a")]
    [InlineData("pckpt/a")]
    [InlineData("podcheckpoint.crik.dev/a")]
    public async Task A_pod_is_made_of_the_kept_one_with_the_image_for_the_nodes_that_can(string word)
    {
        Assert.Equal((0, "pod/web-0-restored created\n", ""), await _cluster.RunAsync("restore", word));

        JsonObject pod = _cluster.Find(Restored)!;
        Assert.Equal("registry.example/c@sha256:1", (string?)pod["spec"]!["containers"]![0]!["image"]);
        Assert.Equal("a", (string?)pod["metadata"]!["annotations"]!["crik.dev/restored-from"]);
        Assert.Equal(["worker-1", "worker-2"], Nodes(pod));
    }

    [Fact]
    public async Task The_node_and_the_name_can_be_chosen_and_what_is_odd_about_the_node_is_said()
    {
        (int code, string output, string error) = await _cluster.RunAsync("restore", "a", "--to", "worker-closed", "--name", "again");

        Assert.Equal((0, "pod/again created\n"), (code, output));
        Assert.Contains("It is cordoned, so the pod waits. kubectl uncordon worker-closed.", error, StringComparison.Ordinal);
        Assert.Equal(["worker-closed"], Nodes(_cluster.Find("/api/v1/namespaces/shop/pods/again")!));
    }

    [Theory]
    [InlineData("worker-new", "containerd 2.4 has removed that")]
    [InlineData("worker-9", "there is no node worker-9; the cluster has worker-1, worker-2")]
    public async Task A_node_that_cannot_restore_it_is_refused_before_a_pod_is_made(string node, string because)
    {
        (int code, string output, string error) = await _cluster.RunAsync("restore", "a", "--to", node);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains(because, error, StringComparison.Ordinal);
        Assert.Empty(_cluster.Writes);
    }

    [Fact]
    public async Task With_the_fallback_fresh_the_pod_has_its_own_image()
    {
        (int code, _, string error) = await _cluster.RunAsync("restore", "a", "--to", "worker-new", "--fallback", "fresh");

        Assert.Equal(0, code);
        Assert.Contains("has removed that", error, StringComparison.Ordinal);
        JsonObject pod = _cluster.Find(Restored)!;
        Assert.Equal("app:1", (string?)pod["spec"]!["containers"]![0]!["image"]);
        Assert.Equal("""{"app":"web"}""", pod["metadata"]!["labels"]!.ToJsonString());
        Assert.Equal(["worker-new"], Nodes(pod));
    }

    [Fact]
    public async Task With_the_fallback_previous_an_older_checkpoint_of_the_pod_is_taken()
    {
        _cluster.Add(Checkpoints + "failed", SavedPods.Checkpoint(
            "failed", "web-0", minute: 9, status: SavedPods.Status("""{"type":"Stalled","status":"True","reason":"DiskFull","message":"there is no space"}""")));
        _cluster.Add(Checkpoints + "other", SavedPods.Checkpoint("other", "db-0", minute: 8));

        Assert.Equal(1, (await _cluster.RunAsync("restore", "failed")).Code);
        (int code, _, string error) = await _cluster.RunAsync("restore", "failed", "--fallback", "previous");

        Assert.Equal(0, code);
        Assert.Contains("The checkpoint failed has failed: there is no space\nThe older checkpoint a is taken.\n", error, StringComparison.Ordinal);
        Assert.Equal("registry.example/c@sha256:1", (string?)_cluster.Find(Restored)!["spec"]!["containers"]![0]!["image"]);
    }

    [Fact]
    public async Task A_dry_run_prints_the_pod_and_makes_none()
    {
        (int code, string output, _) = await _cluster.RunAsync("restore", "a", "--dry-run", "-o", "json");

        Assert.Equal(0, code);
        Assert.Equal("web-0-restored", (string?)JsonNode.Parse(output)!["metadata"]!["name"]);
        Assert.StartsWith("apiVersion: v1\nkind: Pod\n", (await _cluster.RunAsync("restore", "a", "--dry-run")).Output, StringComparison.Ordinal);
        Assert.Empty(_cluster.Writes);
    }

    [Fact]
    public async Task A_checkpoint_that_has_not_kept_its_pod_takes_the_one_that_is_still_there()
    {
        _cluster.Add(Checkpoints + "b", SavedPods.Checkpoint("b", "old", template: null));
        Assert.Contains("has not kept its pod, and pod old no longer exists", (await _cluster.RunAsync("restore", "b")).Error, StringComparison.Ordinal);

        _cluster.AddPod("old", Pods.UnderCrik);
        Assert.Contains("no longer exists", (await _cluster.RunAsync("restore", "b")).Error, StringComparison.Ordinal); // it is another one of the same name

        JsonObject pod = _cluster.Find("/api/v1/namespaces/shop/pods/old")!;
        pod["metadata"]!["uid"] = "uid-of-pod";
        _cluster.Add("/api/v1/namespaces/shop/pods/old", pod.ToJsonString());
        (_, string output, string error) = await _cluster.RunAsync("restore", "b");
        Assert.Equal("pod/old-restored created\n", output);
        Assert.Equal("The pod old still runs: the new one runs beside it, with the same volumes and the same labels. Delete the old one if it is to be replaced.\n", error);
    }

    [Theory]
    [InlineData(SavedPods.Template + " ", "error: Somebody has changed the pod that the checkpoint c has kept (annotation crik.dev/pod).")]
    [InlineData(null, "error: No node agent vouches for the pod that the checkpoint c has kept (status.podSHA256). Make a new checkpoint.")]
    public async Task A_kept_pod_that_the_agent_did_not_write_is_not_made(string? vouched, string because)
    {
        _cluster.Add(Checkpoints + "c", SavedPods.Checkpoint("c", "web-0", vouched: vouched, minute: 5));

        foreach (string[] options in (string[][])[[], ["--to", "worker-new", "--fallback", "fresh"]])
        {
            (int code, _, string error) = await _cluster.RunAsync(["restore", "c", .. options]);
            Assert.Equal(1, code);
            Assert.Contains(because, error, StringComparison.Ordinal);
        }

        Assert.Empty(_cluster.Writes);
        Assert.Equal(0, (await _cluster.RunAsync("restore", "c", "--fallback", "previous")).Code);
    }

    [Fact]
    public async Task A_pod_for_a_node_with_CRI_O_has_the_image_from_which_the_program_was_started_as_a_volume()
    {
        const string Kept = """{"metadata":{"name":"web-0"},"spec":{"containers":[{"name":"app"}]},"status":{"containerStatuses":[{"name":"app","imageID":"r.example/app@sha256:2"}]}}""";
        JsonObject status = SavedPods.Ready("app");
        status["containers"]![0]!["runtime"] = "cri-o 1.37.0";
        _cluster.Add(Checkpoints + "c", SavedPods.Checkpoint("c", "web-0", Kept, status, vouched: Kept));
        string node = SavedPods.Node("worker-3", "cri-o://1.37.0");
        _cluster.Add("/api/v1/nodes/worker-3", node);
        Assert.Contains("CRI-O does not pull the image", (await _cluster.RunAsync("restore", "c", "--dry-run")).Error, StringComparison.Ordinal);
        _cluster.Add("/api/v1/nodes/worker-3", node.Replace("\"architecture\"", "\"kubeletVersion\": \"v1.36.2\", \"architecture\"", StringComparison.Ordinal));

        (int code, _, string error) = await _cluster.RunAsync("restore", "c");

        Assert.Equal(0, code);
        Assert.DoesNotContain("does not pull", error, StringComparison.Ordinal);
        JsonNode spec = _cluster.Find(Restored)!["spec"]!;
        Assert.Equal("r.example/app@sha256:2", (string?)spec["volumes"]![0]!["image"]!["reference"]);
    }

    [Fact]
    public async Task Whoever_may_not_list_nodes_is_told_that_nobody_has_looked()
    {
        _cluster.Refuse = static request => request == "GET /api/v1/nodes" ? "you may not" : null;

        (int code, _, string error) = await _cluster.RunAsync("restore", "a", "--to", "worker-2");

        Assert.Equal(0, code);
        Assert.StartsWith("You may not list nodes, so nobody has looked whether worker-2 can restore it: ", error, StringComparison.Ordinal);
        Assert.Equal(["worker-2"], Nodes(_cluster.Find(Restored)!));
    }

    [Fact]
    public async Task A_second_pod_of_the_same_name_is_refused_with_advice()
    {
        Assert.Equal(0, (await _cluster.RunAsync("restore", "a")).Code);

        Assert.Equal((1, "", "error: there is a pod/web-0-restored already; choose another name with --name, or delete it first\n"), await _cluster.RunAsync("restore", "a"));
    }

    [Fact]
    public async Task A_name_that_is_unknown_gets_those_that_are_known()
    {
        Assert.Equal((1, "", "error: there is no podcheckpoint/b in the namespace shop; the newest are a\n"), await _cluster.RunAsync("restore", "b"));

        _cluster.HasPodCheckpoints = false;
        Assert.Contains("this cluster knows no PodCheckpoints", (await _cluster.RunAsync("restore", "a")).Error, StringComparison.Ordinal);
    }

    private void AddNode(string name, string runtime, string spec = "{}") => _cluster.Add($"/api/v1/nodes/{name}", SavedPods.Node(name, runtime, spec));

    private static IEnumerable<string?> Nodes(JsonObject pod) =>
        pod["spec"]!["affinity"]!["nodeAffinity"]!["requiredDuringSchedulingIgnoredDuringExecution"]!["nodeSelectorTerms"]!.AsArray()
            .Select(term => (string?)term!["matchFields"]![0]!["values"]![0]);
}
