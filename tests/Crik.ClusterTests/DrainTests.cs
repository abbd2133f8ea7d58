using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>Tests that a node with many pods under crik is emptied, by `kubectl crik drain` and by `kubectl drain`, and that all of them go on.</summary>
[Collection(nameof(Cluster))]
public sealed class DrainTests : IDisposable
{
    private const string Drained = "node-1";

    /// <summary>How many pods of each kind are on the node. They are twelve.</summary>
    private static readonly (string Kind, int Replicas)[] s_twelve = [("StatefulSet", 4), ("Deployment", 3), ("ReplicaSet", 2), ("Job", 1), ("Pod", 1), ("Pod", 1)];

    private readonly Cluster _cluster;
    private readonly ITestOutputHelper _output;
    private readonly TestNamespace _place;
    private readonly KeptLogs _logs;

    public DrainTests(Cluster cluster, ITestOutputHelper output)
    {
        (_cluster, _output, _place) = (cluster, output, new TestNamespace(cluster));
        _logs = new KeptLogs(cluster, _place.Name);
        _ = cluster.Operator;
    }

    public void Dispose()
    {
        Cluster.Reset();
        _logs.Dispose();
        _place.Dispose();
    }

    [Fact]
    public void Kubectl_crik_moves_twelve_pods_evicts_another_and_keeps_to_the_budgets()
    {
        StartOnDrainedNode(s_twelve, annotations: "crik.dev/node-state-server: none");
        _place.ApplyText($"{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: plain}}, spec: {{selector: {{matchLabels: {{app: plain}}}}, template: "
            + $"{{metadata: {{labels: {{app: plain}}}}, spec: {{terminationGracePeriodSeconds: 1, containers: [{{name: plain, image: \"{_cluster.Operator.Image("python")}\"}}]}}}}}}}}");
        Budget("statefulset-0");
        Budget("deployment-1");
        Eventually.True(() => OnNode().Length == 13, "thirteen pods run");
        Cluster.Kubectl("uncordon", "node-2");
        using BudgetWatch budgets = new(_place);

        (int code, string text, string errors) = _place.TryCrik("drain", Drained, "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout", "8m");

        _output.WriteLine($"{text}{errors}");
        Assert.Equal(0, code);
        Assert.Empty(OnNode());
        Assert.Equal(12, text.Split('\n').Count(line => line.StartsWith(_place.Name, StringComparison.Ordinal) && line.Contains(" moved to ", StringComparison.Ordinal)));
        Assert.Contains("/plain-", text, StringComparison.Ordinal);
        CheckPrograms(12);
        budgets.End();
    }

    /// <summary>crik knows from the node state server that the node is cordoned, and that Kubernetes disrupts the pod.</summary>
    [Fact]
    public void Kubectl_drain_evicts_pods_that_make_a_checkpoint_and_go_on()
    {
        StartOnDrainedNode([("StatefulSet", 2), ("Deployment", 2), ("Job", 1)], annotations: "");
        Budget("statefulset-0");
        Eventually.True(() => OnNode().Length == 5, "five pods run");
        Cluster.Kubectl("uncordon", "node-2");
        using BudgetWatch budgets = new(_place);

        string text = Cluster.Control("kubectl", "drain", Drained, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=480s");

        _output.WriteLine(text);
        Assert.Empty(OnNode());
        CheckPrograms(5);
        budgets.End();
    }

    /// <summary>Starts workloads while the other nodes are cordoned, and waits until all their programs count.</summary>
    private void StartOnDrainedNode((string Kind, int Replicas)[] kinds, string annotations)
    {
        foreach (string other in Cluster.Nodes.Where(static node => node != Drained))
        {
            Cluster.Kubectl("cordon", other);
        }

        foreach ((int number, (string kind, int replicas)) in kinds.Index())
        {
            new MovingWorkload(_place, _cluster.Operator.Image("python"), $"{kind.ToLowerInvariant()}-{number}")
            {
                GraceSeconds = 30,
                Annotations = annotations,
            }.Start(kind, replicas);
        }

        new CountingPods(_place).WaitFor(kinds.Sum(static kind => kind.Replicas), static pod => pod.Node == Drained);
    }

    private void Budget(string app) => _place.ApplyText(
        $"{{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: {app}}}, spec: {{maxUnavailable: 1, selector: {{matchLabels: {{app: {app}}}}}}}}}");

    /// <summary>The running pods of the test on the drained node.</summary>
    private JsonNode[] OnNode() => [.. _place.Api.Items(_place.PathOf("api/v1", "pods"))
        .Where(static pod => (string?)pod["spec"]!["nodeName"] == Drained && (string)pod["status"]!["phase"]! == "Running")];

    /// <summary>Each program has run in two containers, one after the other, and has not lost or repeated a number.</summary>
    private void CheckPrograms(int count)
    {
        new CountingPods(_place, "app!=plain").WaitFor(count, static pod => pod.Node != Drained);
        IGrouping<string, CountingRun>[] programs = [.. _logs.RunsOf("").Where(static run => !run.Pod.StartsWith("plain", StringComparison.Ordinal)).GroupBy(static run => run.Word)];
        Assert.Equal(count, programs.Length);
        foreach (IGrouping<string, CountingRun> program in programs)
        {
            Assert.Equal(2, program.Count());
            Assert.Equal(0, CountingHistory.Check(program, []));
            _output.WriteLine(string.Join(", then ", program.OrderBy(static run => run.Began).Select(static run => $"{run.Pod} on {run.Node} from {run.First} to {run.Last}")));
        }
    }
}
