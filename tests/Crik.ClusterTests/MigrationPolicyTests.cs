using System.Text.Json.Nodes;

namespace Crik.ClusterTests;

/// <summary>Tests MigrationPolicies at a real API server: with loads that the test writes, and with those that real kubelets measure.</summary>
[Collection(nameof(Cluster))]
public sealed class MigrationPolicyTests : IDisposable
{
    private readonly Cluster _cluster;
    private readonly TestNamespace _place;
    private readonly CountingPods _pods;
    private readonly MovingWorkload _workload;

    public MigrationPolicyTests(Cluster cluster)
    {
        (_cluster, _place) = (cluster, new TestNamespace(cluster));
        (_pods, _workload) = (new CountingPods(_place), new MovingWorkload(_place, cluster.Operator.Image("python")));
    }

    public void Dispose()
    {
        Cluster.Kubectl("delete", "migrationpolicy", _place.Name, "--ignore-not-found", "--timeout=120s");
        _place.Dispose();
    }

    [Fact]
    public void A_dry_run_names_the_pod_of_a_node_with_too_much_load_and_without_it_the_pod_moves_and_counts_on()
    {
        _workload.Start("StatefulSet");
        CountingPod before = Assert.Single(_pods.WaitFor(1, static _ => true));
        using WrittenMetrics metrics = new(_place);
        metrics.Load(before.Node);
        Order(before.Node, "source: metrics");

        JsonNode dry = WaitFor("the dry run proposes a move", static status => status["proposals"] is not null);
        Assert.Equal((before.Name, before.Node), ((string?)dry["proposals"]![0]!["pod"], (string?)dry["proposals"]![0]!["source"]));
        Assert.Equal("WouldMove", ReasonOf(dry));
        Assert.Empty(_place.Api.Items(_place.PathOf("apis/crik.dev/v1alpha1", "podmigrations")));
        Assert.Equal(before.Uid, Assert.Single(_pods.WaitFor(1, static _ => true)).Uid);

        using KeptLogs logs = new(_cluster, _place.Name);
        Cluster.Kubectl("patch", "migrationpolicy", _place.Name, "--type=merge", "-p", """{"spec":{"dryRun":false} }""");
        JsonNode moved = WaitFor("a move has ended", static status => status["moves"]?[0]?["completionTime"] is not null);
        metrics.Load(null);

        Assert.True((string?)moved["moves"]![0]!["reason"] == "Completed", moved.ToJsonString());
        CountingPod after = Assert.Single(_pods.WaitFor(1, pod => pod.Uid != before.Uid));
        Assert.NotEqual(before.Node, after.Node);
        Assert.Equal(before.Word, after.Word);
        Assert.Equal(2, logs.RunsOf("").Count());
        Assert.Equal(0, CountingHistory.Check(logs.RunsOf(""), []));
        WaitFor("no node has too much load", static status => ((string?)status["overloaded"])?.StartsWith("0/", StringComparison.Ordinal) is true);
        Assert.Single(_place.Api.Items(_place.PathOf("apis/crik.dev/v1alpha1", "podmigrations")));
    }

    [Fact]
    public void Kubelets_say_what_load_their_nodes_have()
    {
        _workload.Start("StatefulSet");
        CountingPod pod = Assert.Single(_pods.WaitFor(1, static _ => true));
        Order(pod.Node, "source: summary");

        JsonNode status = WaitFor("the kubelets have answered", static status => ReasonOf(status) is "Watching" or "NothingToMove" or "WouldMove");

        string message = (string)Ready(status)["message"]!;
        Assert.DoesNotContain("is not known", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("spec.nodeSelector", "nodeSelector: {}")]
    [InlineData("until must be less than above", "thresholds: {cpu: {above: 50, until: 50}}")]
    [InlineData("set cpu or memory or both", "thresholds: {}")]
    [InlineData("spec.pods.namespaces", "pods: {namespaces: []}")]
    [InlineData("spec.order", "order: [age]")]
    public void A_policy_that_contradicts_itself_is_refused_by_the_API_server(string problem, string field)
    {
        CommandException refusal = Assert.Throws<CommandException>(() => Order("node-1", field));

        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    /// <param name="field">A field of the spec. It replaces the one that would be there.</param>
    private void Order(string node, string field)
    {
        string[] fields = [$"nodeSelector: {{kubernetes.io/hostname: {node}}}", $"pods: {{namespaces: [{_place.Name}]}}", "thresholds: {cpu: {above: 80, until: 60}}", "for: 1s"];
        string key = field.Split(':')[0];
        string spec = string.Join(", ", fields.Where(one => one.Split(':')[0] != key).Append(field));
        _place.ApplyText($"{{apiVersion: crik.dev/v1alpha1, kind: MigrationPolicy, metadata: {{name: {_place.Name}}}, spec: {{{spec}}}}}");
    }

    private JsonNode WaitFor(string what, Func<JsonNode, bool> so) => Eventually.Found(
        () => _place.Api.Read($"apis/crik.dev/v1alpha1/migrationpolicies/{_place.Name}")["status"] is { } status && so(status) ? status : null, what);

    private static JsonNode Ready(JsonNode status) => status["conditions"]!.AsArray().Single(one => (string)one!["type"]! == "Ready")!;

    private static string? ReasonOf(JsonNode status) => status["conditions"] is null ? null : (string?)Ready(status)["reason"];
}
