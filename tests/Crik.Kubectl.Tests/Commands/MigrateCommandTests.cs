using System.Text.Json.Nodes;

namespace Crik.Kubectl.Tests.Commands;

public sealed class MigrateCommandTests : IAsyncLifetime
{
    private const string Migrations = "/apis/crik.dev/v1alpha1/namespaces/shop/podmigrations";

    private FakeCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await FakeCluster.StartAsync();
        _cluster.AddPod("web-0", Pods.UnderCrik);
        _cluster.Add("/apis/apps/v1/namespaces/shop/deployments/web", """{"metadata":{"name":"web"},"spec":{} }""");
        _cluster.Add("/apis/apps/v1/namespaces/shop/daemonsets/logs", """{"metadata":{"name":"logs"},"spec":{} }""");
        _cluster.Agent = static migration => migration["status"] = Done();
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Theory]
    [InlineData("""{"pod":"web-0"}""", "web-0")]
    [InlineData("""{"pod":"web-0","to":{"node":"worker-2"},"timeout":"5m"}""", "pod/web-0", "--to", "worker-2", "--timeout", "5m")]
    [InlineData("""{"target":{"kind":"Deployment","name":"web"},"parallel":3}""", "deploy/web", "--parallel", "3")]
    public async Task The_options_are_the_fields_of_a_PodMigration(string spec, params string[] arguments)
    {
        (int code, string output, string error) = await _cluster.RunAsync(["migrate", .. arguments]);

        string name = arguments[0].EndsWith("web-0", StringComparison.Ordinal) ? "web-0-x3" : "web-x3";
        Assert.Equal((0, $"podmigration.crik.dev/{name}\n", $"podmigration/{name} created\n"), (code, output, error));
        JsonObject created = _cluster.Find($"{Migrations}/{name}")!;
        Assert.Equal(spec, created["spec"]!.ToJsonString());
        Assert.Equal(("crik.dev/v1alpha1", "PodMigration", "shop"), ((string?)created["apiVersion"], (string?)created["kind"], (string?)created["metadata"]!["namespace"]));
    }

    [Fact]
    public async Task Its_steps_are_followed_until_it_is_complete()
    {
        int looks = 0;
        _cluster.Agent = migration => migration["status"] = looks++ switch
        {
            0 => Status("""{"type":"Accepted","status":"True","message":"It moves to worker-2."}"""),
            1 => Status("""{"type":"Accepted","status":"True","message":"It moves to worker-2."},{"type":"Armed","status":"True","message":"The next SIGTERM makes a checkpoint."}"""),
            _ => Done(),
        };

        (int code, string output, string error) = await _cluster.RunAsync("migrate", "web-0", "--wait");

        Assert.Equal((0, "web-0: moved from worker-1 to worker-2 as web-0, away for 3.0s\n"), (code, output));
        Assert.Equal(
            """
            podmigration/web-0-x3 created
            web-0: Accepted: It moves to worker-2.
            web-0: Armed: The next SIGTERM makes a checkpoint.
            web-0: Restored: It is ready.

            """,
            error);
    }

    [Fact]
    public async Task One_that_fails_is_an_error_with_the_reason_of_each_pod()
    {
        _cluster.Agent = static migration => migration["status"] = JsonNode.Parse("""
            {"completionTime":"2026-11-23T18:00:00Z","pods":[{"name":"web-0","uid":"u","reason":"NoDestination","message":"The node worker-2 is cordoned."}],
             "conditions":[{"type":"Stalled","status":"True","reason":"NotAllMoved","message":"web-0: NoDestination."}]}
            """);

        (int code, string output, string error) = await _cluster.RunAsync("migrate", "web-0", "--wait");

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("web-0: given up: The node worker-2 is cordoned. (NoDestination)\n", error, StringComparison.Ordinal);
        Assert.Contains("error: podmigration/web-0-x3 has failed: web-0: NoDestination. (NotAllMoved)\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_whole_object_can_be_printed()
    {
        (int code, string output, _) = await _cluster.RunAsync("migrate", "web-0", "--wait", "-o", "json");

        Assert.Equal((0, "Completed"), (code, (string?)JsonNode.Parse(output)!["status"]!["pods"]![0]!["reason"]));
    }

    [Theory]
    [InlineData("the pods of a DaemonSet cannot be moved", "daemonset/logs")]
    [InlineData("there is no pod/gone in the namespace shop", "gone")]
    [InlineData("--parallel must be a number from 1 to 100, not '0'", "web-0", "--parallel", "0")]
    public async Task What_cannot_be_moved_creates_nothing(string message, params string[] arguments)
    {
        (int code, _, string error) = await _cluster.RunAsync(["migrate", .. arguments]);

        Assert.Equal(1, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Empty(_cluster.Writes);
    }

    [Theory]
    [InlineData("migrate", "web-0")]
    [InlineData("migrations")]
    public async Task Without_the_CRD_it_says_what_to_install(params string[] arguments)
    {
        _cluster.HasPodCheckpoints = false;

        (int code, _, string error) = await _cluster.RunAsync(arguments);

        Assert.Equal(1, code);
        Assert.Contains("error: this cluster knows no PodMigrations: install the chart charts/crik", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_table_has_a_row_for_each_pod()
    {
        Order("done", Done());
        Order("new", null);
        Order("both", JsonNode.Parse("""
            {"pods":[{"name":"a","uid":"1","source":"worker-1","destination":"worker-2","conditions":[{"type":"Accepted","status":"True"},{"type":"Armed","status":"True"}]},
                     {"name":"b","uid":"2","source":"worker-1"}]}
            """));

        (int code, string output, _) = await _cluster.RunAsync("migrations");

        Assert.Equal(0, code);
        string[][] rows = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Assert.Equal(["NAME", "POD", "FROM", "TO", "STATE", "DOWNTIME", "AGE"], rows[0]);
        Assert.Equal(
            [["both", "a", "worker-1", "worker-2", "Armed", "-", "-"], ["both", "b", "worker-1", "-", "Waiting", "-", "-"],
             ["done", "web-0", "worker-1", "worker-2", "Completed", "3.0s", "-"], ["new", "-", "-", "-", "Waiting", "-", "-"]],
            rows[1..].OrderBy(static row => row[0], StringComparer.Ordinal));
    }

    [Fact]
    public async Task No_moves_are_no_error()
    {
        Assert.Equal((0, "", "there are no PodMigrations in the namespace shop\n"), await _cluster.RunAsync("migrations"));
        Assert.Equal((0, "", "there are no PodMigrations\n"), await _cluster.RunAsync("migrations", "-A"));
    }

    private void Order(string name, JsonNode? status) => _cluster.Add($"{Migrations}/{name}", new JsonObject
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "shop", ["uid"] = name },
        ["spec"] = new JsonObject { ["pod"] = "web-0" },
        ["status"] = status,
    }.ToJsonString());

    private static JsonNode? Status(string conditions) => JsonNode.Parse($$"""{"pods":[{"name":"web-0","uid":"u","conditions":[{{conditions}}]}]}""");

    private static JsonNode? Done() => JsonNode.Parse("""
        {"completionTime":"2026-11-23T18:00:00Z","pods":[{"name":"web-0","uid":"u","source":"worker-1","destination":"worker-2","replacement":{"name":"web-0","uid":"n"},
          "downtimeMilliseconds":3000,"reason":"Completed","message":"It runs on worker-2.",
          "conditions":[{"type":"Accepted","status":"True","message":"It moves to worker-2."},{"type":"Armed","status":"True","message":"The next SIGTERM makes a checkpoint."},
            {"type":"Restored","status":"True","message":"It is ready."}]}],
         "conditions":[{"type":"Ready","status":"True","reason":"Completed"}]}
        """);
}
