using System.Text.Json.Nodes;

namespace Crik.Kubectl.Tests.Commands;

public sealed class CheckpointCommandTests : IAsyncLifetime
{
    private FakeCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await FakeCluster.StartAsync();
        _cluster.AddPod("web-0", Pods.UnderCrik);
        _cluster.AddPod("db-0", Pods.Other);
        _cluster.Agent = static checkpoint => checkpoint["status"] = SavedPods.Ready("db");
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_pod_without_crik_becomes_an_image_and_that_is_said()
    {
        (int code, string output, string error) = await _cluster.RunAsync("checkpoint", "db-0");

        Assert.Equal((0, "registry.example/c@sha256:1\n"), (code, output));
        Assert.Contains("db-0 has no crik, so the kubelet is to save it", error, StringComparison.Ordinal);
        Assert.Contains("podcheckpoint/db-0-x2 created\n", error, StringComparison.Ordinal);
        Assert.Equal("""{"pod":"db-0"}""", Created("db-0-x2")["spec"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""{"pod":"web-0","engine":"kubelet"}""", "--to-image")]
    [InlineData("""{"pod":"web-0","engine":"kubelet"}""", "--engine", "kubelet", "--leave-running")]
    [InlineData("""{"pod":"web-0","engine":"crik","leaveRunning":false}""", "--engine", "crik")]
    [InlineData("""{"pod":"web-0","engine":"crik","leaveRunning":true}""", "--engine", "crik", "--leave-running")]
    [InlineData("""{"pod":"web-0","containers":["app"],"engine":"crik","leaveRunning":false}""", "--engine", "auto", "-c", "app")]
    [InlineData("""{"pod":"web-0","deletePod":true}""", "--delete-pod")]
    [InlineData("""{"pod":"web-0","engine":"crik","leaveRunning":false}""", "-o", "json")]
    [InlineData("""{"pod":"web-0","engine":"crik","leaveRunning":true,"timeout":"5m"}""", "--timeout", "5m", "--leave-running")]
    [InlineData("""{"pod":"web-0","timeout":"5m","repository":"r.example/c","encryptionSecret":"keys"}""", "--timeout", "5m", "--repository", "r.example/c", "--encryption-secret", "keys")]
    public async Task The_options_are_the_fields_of_a_PodCheckpoint(string spec, params string[] options)
    {
        Assert.Equal(0, (await _cluster.RunAsync(["checkpoint", "web-0", .. options])).Code);

        JsonObject created = Created();
        Assert.Equal(spec, created["spec"]!.ToJsonString());
        Assert.Null(created["metadata"]!["annotations"]); // the agent keeps the pod, and nobody would believe the user
        Assert.Equal(("crik.dev/v1alpha1", "PodCheckpoint", "shop"), ((string?)created["apiVersion"], (string?)created["kind"], (string?)created["metadata"]!["namespace"]));
    }

    [Fact]
    public async Task Its_conditions_are_followed_until_it_is_ready()
    {
        int looks = 0;
        _cluster.Agent = checkpoint => checkpoint["status"] = looks++ switch
        {
            0 => SavedPods.Status("""{"type":"Reconciling","status":"True","reason":"InProgress","message":"the kubelet saves it"}"""),
            1 => SavedPods.Status("""{"type":"Saved","status":"True","reason":"Done"}, {"type":"Pushed","status":"False","reason":"PushFailed","message":"the registry is full"}"""),
            _ => SavedPods.Ready("app", gap: "0.412s"),
        };

        (int code, string output, string error) = await _cluster.RunAsync("checkpoint", "web-0", "--to-image", "--delete-pod");

        Assert.Equal((0, "registry.example/c@sha256:1\n"), (code, output));
        Assert.Equal(
            """
            podcheckpoint/web-0-x2 created
            web-0-x2: the kubelet saves it
            web-0-x2: Saved
            web-0-x2: not Pushed yet: the registry is full
            web-0-x2: Pushed
            web-0-x2: the program ran for 0.412s after it was saved, until the pod was deleted

            """,
            error);
    }

    [Fact]
    public async Task One_that_fails_is_an_error_with_the_message_and_the_reason()
    {
        _cluster.Agent = static checkpoint => checkpoint["status"] = SavedPods.Status("""{"type":"Stalled","status":"True","reason":"DiskFull","message":"there is no space"}""");

        (int code, _, string error) = await _cluster.RunAsync("checkpoint", "web-0", "--to-image");

        Assert.Equal(1, code);
        Assert.Contains("error: podcheckpoint/web-0-x2 of pod web-0 has failed: there is no space (DiskFull)\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_CRD_it_says_what_to_install()
    {
        _cluster.HasPodCheckpoints = false;

        (int code, _, string error) = await _cluster.RunAsync("checkpoint", "web-0", "--to-image");

        Assert.Equal(1, code);
        Assert.Contains("error: this cluster knows no PodCheckpoints: install the chart charts/crik", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_waiting_the_name_is_printed_at_once()
    {
        _cluster.Agent = static _ => throw new InvalidOperationException("nobody should look");

        Assert.Equal((0, "podcheckpoint.crik.dev/web-0-x2\n", "podcheckpoint/web-0-x2 created\n"), await _cluster.RunAsync("checkpoint", "web-0", "--to-image", "--no-wait", "-o", "name"));
    }

    [Fact]
    public async Task Several_pods_are_saved_and_printed_as_one_document()
    {
        (int code, string output, _) = await _cluster.RunAsync("checkpoint", "web-0", "db-0", "--to-image", "-o", "json");

        Assert.Equal(0, code);
        Assert.Equal(["web-0", "db-0"], JsonNode.Parse(output)!["items"]!.AsArray().Select(item => (string?)item!["spec"]!["pod"]));
    }

    [Fact]
    public async Task One_that_fails_does_not_hide_the_others()
    {
        _cluster.Agent = static checkpoint => checkpoint["status"] = (string?)checkpoint["spec"]!["pod"] == "web-0"
            ? SavedPods.Status("""{"type":"Stalled","status":"True","reason":"DiskFull","message":"there is no space"}""") : SavedPods.Ready("db");

        (int code, string output, string error) = await _cluster.RunAsync("checkpoint", "gone", "web-0", "db-0", "--to-image");

        Assert.Equal((1, "registry.example/c@sha256:1\n"), (code, output));
        Assert.Contains("error: there is no pod/gone in the namespace shop", error, StringComparison.Ordinal);
        Assert.Contains("podcheckpoint/web-0-x", error, StringComparison.Ordinal);
        Assert.Contains("of pod web-0 has failed: there is no space (DiskFull)\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_container_that_is_named_is_saved_by_its_crik()
    {
        _cluster.AddPod("two-0", """{"containers": [{"name": "a", "command": ["crik", "run"]}, {"name": "b", "command": ["crik", "run"]}]}""");
        int asked = 0;
        _cluster.Exec = async call =>
        {
            await (Interlocked.Increment(ref asked) == 1 ? call.WriteErrorAsync("the volume is full\n") : call.WriteOutputAsync("checkpoint 4 was made\n"));
            await call.EndAsync(asked == 1 ? 125 : 0);
        };

        (int code, string output, string error) = await _cluster.RunAsync("checkpoint", "two-0", "-c", "a", "-c", "b");

        Assert.Equal((2, 1, "checkpoint 4 was made\n"), (asked, code, output));
        Assert.Equal("the volume is full\nerror: a: crik checkpoint in pod shop/two-0 ended with exit code 125\n", error);
        Assert.Empty(_cluster.Writes);
    }

    [Fact]
    public async Task After_Ctrl_C_it_says_that_the_checkpoint_goes_on()
    {
        using CancellationTokenSource interrupted = new();
        _cluster.Agent = _ => interrupted.Cancel();

        (int code, _, string error) = await _cluster.RunAsync(interrupted.Token, "checkpoint", "web-0", "--to-image");

        Assert.Equal(130, code);
        Assert.Contains("kubectl -n shop get podcheckpoint web-0-x2", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_somebody_deletes_is_an_error()
    {
        _cluster.Agent = static checkpoint => checkpoint["metadata"]!["uid"] = "another";

        (int code, _, string error) = await _cluster.RunAsync("checkpoint", "web-0", "--to-image");

        Assert.Equal(1, code);
        Assert.Contains("somebody has deleted podcheckpoint/web-0-x2", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--to-image means --engine kubelet", "web-0", "--to-image", "--engine", "crik")]
    [InlineData("pod web-0 has no container 'nope'; it has app", "web-0", "--to-image", "-c", "nope")]
    [InlineData("--engine must be one of auto, crik, kubelet, not 'x'", "web-0", "--engine", "x")]
    [InlineData("--timeout must be a duration", "web-0", "--timeout", "5")]
    [InlineData("'kubectl crik checkpoint' needs POD...")]
    public async Task A_mistake_creates_nothing(string because, params string[] arguments)
    {
        (int code, _, string error) = await _cluster.RunAsync(["checkpoint", .. arguments]);

        Assert.Equal(1, code);
        Assert.Contains(because, error, StringComparison.Ordinal);
        Assert.Empty(_cluster.Writes);
    }

    [Fact]
    public async Task The_list_of_a_pod_has_its_PodCheckpoints_below_what_crik_says()
    {
        _cluster.Exec = static async call =>
        {
            await call.WriteOutputAsync("crik's own table\n");
            await call.EndAsync(0);
        };
        _cluster.Add("/apis/crik.dev/v1alpha1/namespaces/shop/podcheckpoints/a", SavedPods.Checkpoint("a", "web-0"));
        _cluster.Add("/apis/crik.dev/v1alpha1/namespaces/shop/podcheckpoints/b", SavedPods.Checkpoint("b", "db-0"));

        (int code, string output, _) = await _cluster.RunAsync("list", "web-0");

        Assert.Equal(0, code);
        Assert.Matches(@"^crik's own table\nPODCHECKPOINT +CONTAINER +NODE +STATE +AGE +SIZE +IMAGE\na +app +worker-1 +Ready +\S+ +12Mi +registry\.example/c@sha256:1\n$", output);
    }

    [Fact]
    public async Task The_list_of_a_pod_that_is_gone_has_its_PodCheckpoints()
    {
        _cluster.Add("/apis/crik.dev/v1alpha1/namespaces/shop/podcheckpoints/a", SavedPods.Checkpoint("a", "gone"));

        (int code, string output, string error) = await _cluster.RunAsync("list", "gone");

        Assert.Equal(0, code);
        Assert.Contains("\na ", output, StringComparison.Ordinal);
        Assert.Contains("there is no pod/gone", error, StringComparison.Ordinal);
    }

    private JsonObject Created(string name = "web-0-x2") => _cluster.Find($"/apis/crik.dev/v1alpha1/namespaces/shop/podcheckpoints/{name}")!;
}
