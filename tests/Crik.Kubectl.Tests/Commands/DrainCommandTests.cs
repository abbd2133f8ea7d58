using System.Text.Json.Nodes;
using Crik.Kubectl.Migrations;

namespace Crik.Kubectl.Tests.Commands;

public sealed class DrainCommandTests : IAsyncLifetime
{
    private FakeCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await FakeCluster.StartAsync();
        _cluster.Add("/api/v1/nodes/worker-1", """{"metadata":{"name":"worker-1"},"spec":{} }""");
        _cluster.AddPod("web-0", Pods.UnderCrik);
        _cluster.AddPod("web-1", Pods.UnderCrik, space: "other");
        _cluster.AddPod("db-0", Pods.Other, owner: Pods.OwnedBy("StatefulSet", "db"));
        _cluster.AddPod("away-0", Pods.Other.Replace("worker-1", "worker-2", StringComparison.Ordinal));
        _cluster.Agent = static migration => migration["status"] = Ended("Completed", "Ready");
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Pods_under_crik_are_moved_and_the_others_are_evicted()
    {
        (int code, string output, string error) = await _cluster.RunAsync("drain", "worker-1");

        Assert.Equal(0, code);
        Assert.Equal(["other/web-1 moved to worker-2, away for 3.0s", "shop/db-0 evicted", "shop/web-0 moved to worker-2, away for 3.0s"], Lines(output).Order());
        Assert.Equal(("node/worker-1 cordoned", "node/worker-1 drained"), (Lines(error)[0], Lines(error)[^1]));
        Assert.True((bool)_cluster.Find("/api/v1/nodes/worker-1")!["spec"]!["unschedulable"]!);
        Assert.Null(_cluster.Find("/api/v1/namespaces/shop/pods/db-0"));
        Assert.NotNull(_cluster.Find("/api/v1/namespaces/shop/pods/away-0"));
        Assert.Equal(2, _cluster.Writes.Count(static write => write.StartsWith("POST", StringComparison.Ordinal) && write.EndsWith("/podmigrations", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("shop/logs-1 belongs to a DaemonSet; leave it there with --ignore-daemonsets", "DaemonSet", "[]")]
    [InlineData("shop/logs-1 has no controller and no crik, so nobody would make it again", null, "[]")]
    [InlineData("shop/logs-1 has an emptyDir, whose data would be lost", "ReplicaSet", """[{"name":"tmp","emptyDir":{} }]""")]
    public async Task What_a_drain_would_lose_is_refused_before_anything_is_done(string message, string? owner, string volumes)
    {
        _cluster.AddPod("logs-1", $$"""{"nodeName":"worker-1","containers":[{"name":"a"}],"volumes":{{volumes}} }""", owner is null ? null : Pods.OwnedBy(owner, "logs"));

        (int code, _, string error) = await _cluster.RunAsync("drain", "worker-1");

        Assert.Equal(1, code);
        Assert.Contains($"  {message}", error, StringComparison.Ordinal);
        Assert.Empty(_cluster.Writes);
    }

    [Fact]
    public async Task A_budget_is_waited_for_before_evictions_and_before_moves()
    {
        Dictionary<string, int> asked = [];
        _cluster.MayEvict = pod =>
        {
            lock (asked)
            {
                asked[pod] = asked.GetValueOrDefault(pod) + 1;
                return asked[pod] > 1 || pod is "web-1";
            }
        };

        (int code, _, string error) = await _cluster.RunAsync("drain", "worker-1", "--parallel", "1");

        Assert.Equal((0, 2, 2, 1), (code, asked["db-0"], asked["web-0"], asked["web-1"]));
        Assert.Contains("shop/db-0 has to wait:", error, StringComparison.Ordinal);
        Assert.Contains("disruption budget", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pods_of_one_budget_are_moved_one_after_the_other()
    {
        _cluster.AddPod("web-2", Pods.UnderCrik);
        _cluster.AddPod("web-3", Pods.UnderCrik);
        _cluster.Add("/apis/policy/v1/namespaces/shop/poddisruptionbudgets/web", """{"metadata":{"name":"web","namespace":"shop"},"spec":{"selector":{},"maxUnavailable":1} }""");
        HashSet<string> open = [];
        int most = 0;
        _cluster.Agent = migration =>
        {
            lock (open)
            {
                string pod = (string)migration["spec"]!["pod"]!;
                if (open.Add(pod)) // it ends when somebody looks again
                {
                    most = Math.Max(most, open.Count(static one => one is not "web-1"));
                }
                else
                {
                    migration["status"] = Ended("Completed", "Ready");
                    open.Remove(pod);
                }
            }
        };

        (int code, string output, _) = await _cluster.RunAsync("drain", "worker-1");

        Assert.Equal((0, 4), (code, Lines(output).Count(static line => line.Contains(" moved to ", StringComparison.Ordinal))));
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task A_pod_that_is_not_moved_stays_and_the_others_leave()
    {
        _cluster.Agent = static migration => migration["status"] = (string?)migration["spec"]!["pod"] is "web-0" ? Ended("NoDestination", "Stalled") : Ended("Completed", "Ready");

        (int code, string output, string error) = await _cluster.RunAsync("drain", "worker-1");

        Assert.Equal(1, code);
        Assert.Contains("error: shop/web-0: it was not moved by podmigration/web-0-x", error, StringComparison.Ordinal);
        Assert.Contains("node/worker-1 is cordoned, and not all pods have left it", error, StringComparison.Ordinal);
        Assert.Equal(["other/web-1 moved to worker-2, away for 3.0s", "shop/db-0 evicted"], Lines(output).Order());
    }

    [Fact]
    public async Task A_pod_whose_namespace_is_being_deleted_is_awaited_and_is_no_failure()
    {
        _cluster.EndingNamespace = "other";

        (int code, string output, _) = await _cluster.RunAsync("drain", "worker-1");

        Assert.Equal(0, code);
        Assert.Contains("other/web-1 is gone with its namespace", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_drain_ends_when_its_time_is_over()
    {
        _cluster.MayEvict = static _ => false;

        (int code, _, string error) = await _cluster.RunAsync("drain", "worker-1", "--timeout", "1s");

        Assert.Equal(1, code);
        Assert.Contains("error: node/worker-1 was not drained within 1s; it is still cordoned", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_does_not_exist_is_an_error()
    {
        (int code, _, string error) = await _cluster.RunAsync("drain", "worker-9");

        Assert.Equal((1, "error: there is no node worker-9\n"), (code, error));
    }

    [Theory]
    [InlineData("Succeeded", null, true, "evicted")]
    [InlineData("Running", "ReplicaSet", true, "moved")]
    [InlineData("Running", null, true, "moved")]
    [InlineData("Pending", "ReplicaSet", true, "evicted")]
    [InlineData("Running", "ReplicationController", true, "evicted")]
    [InlineData("Running", "ReplicaSet", false, "evicted")]
    [InlineData("Running", "DaemonSet", true, "kept")]
    [InlineData("Running", null, false, "problem")]
    public void What_becomes_of_a_pod_depends_on_who_makes_it_and_on_crik(string phase, string? owner, bool hasCrik, string expected)
    {
        JsonObject pod = JsonNode.Parse($$"""
            {"metadata":{"name":"p","namespace":"n","ownerReferences":[{{(owner is null ? "" : Pods.OwnedBy(owner, "o"))}}]},
             "spec":{"volumes":[{"name":"crik-bundle","emptyDir":{} }],"containers":[{"name":"a","command":["{{(hasCrik ? "crik" : "sh")}}"]}]},"status":{"phase":"{{phase}}"} }
            """)!.AsObject();

        DrainPlan plan = DrainPlan.Of([pod], new DrainChoices(IgnoreDaemonSets: true, DeleteEmptyDirData: false, Force: false));

        Assert.Equal(expected, plan.Moved.Count > 0 ? "moved" : plan.Evicted.Count > 0 ? "evicted" : plan.Kept.Count > 0 ? "kept" : "problem");
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static JsonNode? Ended(string reason, string condition) => JsonNode.Parse($$"""
        {"completionTime":"2026-11-23T18:00:00Z","conditions":[{"type":"{{condition}}","status":"True","reason":"{{reason}}","message":"It ended."}],
         "pods":[{"name":"p","uid":"u","destination":"worker-2","downtimeMilliseconds":3000,"reason":"{{reason}}","message":"It ended."}]}
        """);
}
