using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Crik.Kubectl.Tests.Commands;

public sealed class RollbackCommandTests : IAsyncLifetime
{
    private const string Stateful = "/apis/apps/v1/namespaces/shop/statefulsets/web";

    private FakeCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await FakeCluster.StartAsync();
        _cluster.Exec = StatusCommandTests.AnswerAsync;
        _cluster.Add(Stateful, """{"metadata": {"name": "web"}, "spec": {"serviceName": "web", "replicas": 3, "selector": {"matchLabels": {"app": "web"}}}}""");
        for (int i = 0; i < 3; i++)
        {
            _cluster.AddPod($"web-{i}", Pods.UnderCrik, Pods.OwnedBy("StatefulSet", "web"));
        }
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_StatefulSet_is_scaled_down_to_the_pod_and_up_again()
    {
        (int code, string output, string error) = await _cluster.RunAsync("rollback", "web-1", "2");

        Assert.Equal((0, ""), (code, error));
        Assert.Equal(
            [
                "scaling statefulset/web from 3 to 1", "the pods have ended", "choosing checkpoint 2 in pod web-1-crik-rollback-TIME", "the next start restores checkpoint 2",
                "scaling statefulset/web to 3", "done: the next start of pod web-1 restores checkpoint 2; 'kubectl crik status' shows it",
            ],
            Regex.Replace(output, "rollback-[0-9]+", "rollback-TIME").TrimEnd().Split('\n'));
        JsonObject owner = _cluster.Find(Stateful)!;
        Assert.Equal((3, 0), ((int)owner["spec"]!["replicas"]!, owner["metadata"]!["annotations"]!.AsObject().Count));
        Assert.NotNull(_cluster.Find("/api/v1/namespaces/shop/pods/web-0"));
        Assert.Null(_cluster.FindHelper());
    }

    [Fact]
    public async Task The_short_lived_pod_has_the_volume_and_the_image_but_nothing_of_the_program()
    {
        JsonObject? helper = null;
        _cluster.Refuse = request =>
        {
            helper ??= _cluster.FindHelper() is { } path ? _cluster.Find(path) : null;
            return null;
        };

        await _cluster.RunAsync("rollback", "web-1", "2");

        JsonNode container = helper!["spec"]!["containers"]![0]!;
        Assert.Equal(["crik", "rollback", "2", "--image-dir", "/checkpoints"], container["command"]!.AsArray().Select(word => (string)word!));
        Assert.Equal(("train:1", null), ((string)container["image"]!, container["livenessProbe"]));
        Assert.Equal("checkpoints-web-0", (string)helper["spec"]!["volumes"]![0]!["persistentVolumeClaim"]!["claimName"]!);
        Assert.Equal(("Never", null), ((string)helper["spec"]!["restartPolicy"]!, helper["spec"]!["nodeName"]));
        Assert.Null(helper["metadata"]!["labels"]!["app"]);
        Assert.Equal("false", (string)helper["metadata"]!["labels"]!["crik.dev/inject"]!);
    }

    [Theory]
    [InlineData("PATCH /apis/apps/v1/namespaces/shop/statefulsets/web/scale", "statefulset/web is to be scaled from 3 to 1\nTo continue, run the same command again.")]
    [InlineData("POST /api/v1/namespaces/shop/pods", "statefulset/web is scaled to 1 (it was 3)")]
    [InlineData("DELETE /api/v1/namespaces/shop/pods/web-1-crik-rollback", "\n  kubectl -n shop scale statefulset/web --replicas=3\n  kubectl -n shop annotate statefulset/web crik.dev/rollback-\n")]
    public async Task A_step_that_fails_says_what_state_is_left_and_the_same_command_continues(string request, string left)
    {
        bool failed = false;
        _cluster.Refuse = asked =>
        {
            bool isIt = !failed && asked.StartsWith(request, StringComparison.Ordinal);
            failed |= isIt;
            return isIt ? "the API server is away" : null;
        };

        (int code, _, string error) = await _cluster.RunAsync("rollback", "web-1", "2");
        (int again, string output, _) = await _cluster.RunAsync("rollback", "web-1", "2");

        Assert.Equal(1, code);
        Assert.Contains("the API server is away", error, StringComparison.Ordinal);
        Assert.Contains(left, error, StringComparison.Ordinal);
        Assert.Equal(0, again);
        Assert.StartsWith("continuing the rollback of pod web-1 to checkpoint 2", output, StringComparison.Ordinal);
        Assert.Equal(3, (int)_cluster.Find(Stateful)!["spec"]!["replicas"]!);
        Assert.Null(_cluster.FindHelper());
    }

    [Fact]
    public async Task A_checkpoint_that_crik_refuses_leaves_everything_as_it_was()
    {
        _cluster.HelperEnds = ("Failed", "there is no checkpoint 9 in /checkpoints\n");

        (int code, _, string error) = await _cluster.RunAsync("rollback", "web-1", "9");

        Assert.Equal(1, code);
        Assert.Contains("there is no checkpoint 9", error, StringComparison.Ordinal);
        Assert.Contains("nothing was rolled back, and statefulset/web has 3 replicas again", error, StringComparison.Ordinal);
        Assert.Equal(3, (int)_cluster.Find(Stateful)!["spec"]!["replicas"]!);
    }

    [Fact]
    public async Task Another_rollback_waits_for_one_that_was_interrupted()
    {
        _cluster.Refuse = static asked => asked.StartsWith("POST", StringComparison.Ordinal) ? "no" : null;
        await _cluster.RunAsync("rollback", "web-1", "2");

        (int code, _, string error) = await _cluster.RunAsync("rollback", "web-1", "1");
        string other = (await _cluster.RunAsync("rollback", "web-0", "1")).Error;

        Assert.Equal(1, code);
        Assert.Contains("finish it first with 'kubectl crik rollback -n shop web-1 2'", error, StringComparison.Ordinal);
        Assert.Contains("finish it first with 'kubectl crik rollback -n shop web-1 2'", other, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_rollback_says_what_state_is_left_and_the_same_command_continues()
    {
        using CancellationTokenSource interrupt = new();
        _cluster.Refuse = asked =>
        {
            if (asked.StartsWith("POST", StringComparison.Ordinal))
            {
                interrupt.Cancel();
            }

            return null;
        };

        (int code, _, string error) = await _cluster.RunAsync(interrupt.Token, "rollback", "web-1", "2");
        int left = (int)_cluster.Find(Stateful)!["spec"]!["replicas"]!;
        (int again, string output, _) = await _cluster.RunAsync("rollback", "web-1", "2");

        Assert.Equal((130, 1, 0), (code, left, again));
        Assert.StartsWith("statefulset/web is scaled to 1 (it was 3)\n", error, StringComparison.Ordinal);
        Assert.EndsWith("error: interrupted\n", error, StringComparison.Ordinal);
        Assert.StartsWith("continuing the rollback", output, StringComparison.Ordinal);
        Assert.Equal((3, 0), ((int)_cluster.Find(Stateful)!["spec"]!["replicas"]!, _cluster.Find(Stateful)!["metadata"]!["annotations"]!.AsObject().Count));
    }

    [Fact]
    public async Task A_pod_that_an_older_rollback_left_says_nothing_about_this_one()
    {
        _cluster.Add("/api/v1/namespaces/shop/pods/web-1-crik-rollback", """{"metadata": {"name": "web-1-crik-rollback"}, "status": {"phase": "Succeeded"}}""");
        _cluster.HelperEnds = ("Failed", "there is no checkpoint 9\n");

        (int code, _, string error) = await _cluster.RunAsync("rollback", "web-1", "9");

        Assert.Equal(1, code);
        Assert.Contains("there is no checkpoint 9", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_somebody_adds_to_each_pod_may_run_on()
    {
        _cluster.HelperEnds = ("Running", "the next start restores checkpoint 2\n");
        _cluster.HelperContainers = """[{"name": "proxy", "state": {"running": {}}}, {"name": "app", "state": {"terminated": {"exitCode": 0}}}]""";

        Assert.Equal(0, (await _cluster.RunAsync("rollback", "web-1", "2", "--timeout", "2s")).Code);
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_does_not_end_a_rollback()
    {
        _cluster.BreaksLogs = true;

        (int code, string output, _) = await _cluster.RunAsync("rollback", "web-1", "2");

        Assert.Equal(0, code);
        Assert.Contains("checkpoint 2 was chosen\nscaling statefulset/web to 3\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_short_lived_pod_has_the_resources_that_a_quota_may_demand_without_devices()
    {
        _cluster.AddPod("web-1", Pods.UnderCrik.Replace("\"name\": \"app\",", "\"name\": \"app\", \"resources\": {\"limits\": {\"cpu\": \"1\"}, \"claims\": [{\"name\": \"gpu\"}]},", StringComparison.Ordinal), Pods.OwnedBy("StatefulSet", "web"));
        string? resources = null;
        _cluster.Refuse = _ =>
        {
            resources ??= _cluster.FindHelper() is { } path ? _cluster.Find(path)!["spec"]!["containers"]![0]!["resources"]!.ToJsonString() : null;
            return null;
        };

        await _cluster.RunAsync("rollback", "web-1", "2");

        Assert.Equal("""{"limits":{"cpu":"1"}}""", resources);
    }

    [Fact]
    public async Task Of_a_pod_that_is_there_only_its_own_owners_are_read()
    {
        _cluster.Refuse = static asked => asked.StartsWith("GET /apis/", StringComparison.Ordinal) && !asked.Contains("/statefulsets/web", StringComparison.Ordinal) ? "forbidden" : null;

        Assert.Equal(0, (await _cluster.RunAsync("rollback", "web-1", "2")).Code);
    }

    [Fact]
    public async Task A_refusal_of_crik_is_shown_even_if_the_owner_cannot_be_scaled_up_again()
    {
        _cluster.HelperEnds = ("Failed", "there is no checkpoint 9\n");
        _cluster.Refuse = asked => asked.EndsWith("/scale", StringComparison.Ordinal) && _cluster.Writes.Any(static write => write.StartsWith("DELETE", StringComparison.Ordinal)) ? "too busy" : null;

        string error = (await _cluster.RunAsync("rollback", "web-1", "9")).Error;

        Assert.Contains("too busy", error, StringComparison.Ordinal);
        Assert.Contains("nothing was rolled back (there is no checkpoint 9), and statefulset/web is still scaled to 1", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Deployment_is_scaled_through_the_owner_of_its_ReplicaSet()
    {
        _cluster.Add("/apis/apps/v1/namespaces/shop/deployments/api", """{"metadata": {"name": "api"}, "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "api"}}}}""");
        _cluster.Add("/apis/apps/v1/namespaces/shop/replicasets/api-1", $$"""{"metadata": {"name": "api-1", "ownerReferences": [{{Pods.OwnedBy("Deployment", "api")}}]}, "spec": {"replicas": 1} }""");
        _cluster.AddPod("api-1-x", Pods.UnderCrik, Pods.OwnedBy("ReplicaSet", "api-1"), labels: """{"app":"api"}""");

        (int code, string output, _) = await _cluster.RunAsync("rollback", "deployment/api", "2");

        Assert.Equal(0, code);
        Assert.Contains("scaling deployment/api from 1 to 0", output, StringComparison.Ordinal);
        Assert.Contains("PATCH /apis/apps/v1/namespaces/shop/deployments/api/scale", _cluster.Writes);
    }

    [Fact]
    public async Task A_Job_is_suspended_meanwhile()
    {
        _cluster.Add("/apis/batch/v1/namespaces/shop/jobs/work", """{"metadata": {"name": "work"}, "spec": {"selector": {"matchLabels": {"app": "work"}}}}""");
        _cluster.AddPod("work-x", Pods.UnderCrik, Pods.OwnedBy("Job", "work"), labels: """{"app":"work"}""");

        (int code, string output, _) = await _cluster.RunAsync("rollback", "work-x", "2");

        Assert.Equal(0, code);
        Assert.Contains("scaling job/work from 1 to 0", output, StringComparison.Ordinal);
        Assert.False((bool)_cluster.Find("/apis/batch/v1/namespaces/shop/jobs/work")!["spec"]!["suspend"]!);
    }

    [Theory]
    [InlineData(null, "has no owner that would make it again")]
    [InlineData("DaemonSet", "belongs to a DaemonSet, which cannot be scaled down")]
    public async Task A_pod_that_nobody_would_make_again_is_left_alone(string? kind, string because)
    {
        _cluster.AddPod("lone", Pods.UnderCrik, kind is null ? null : Pods.OwnedBy(kind, "x"));

        (int code, _, string error) = await _cluster.RunAsync("rollback", "lone", "2");

        Assert.Equal(1, code);
        Assert.Contains(because, error, StringComparison.Ordinal);
        Assert.Empty(_cluster.Writes);
    }
}
