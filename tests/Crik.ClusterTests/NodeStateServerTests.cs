using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>Tests the chart and the node state server with a real API server.</summary>
[Collection(nameof(Cluster))]
public sealed class NodeStateServerTests : IDisposable
{
    private readonly Cluster _cluster;
    private readonly ITestOutputHelper _output;

    public NodeStateServerTests(Cluster cluster, ITestOutputHelper output)
    {
        (_cluster, _output) = (cluster, output);
        Cluster.WaitForServers();
    }

    public void Dispose() => Cluster.Reset();

    [Fact]
    public void The_API_server_accepts_every_object_of_the_chart()
    {
        string[] kinds = ["deployment", "service", "serviceaccount", "clusterrole", "clusterrolebinding", "poddisruptionbudget"];

        Assert.All(kinds, kind => Assert.Matches($@"(?m)^{kind}(\.[a-z0-9.]+)?/{Cluster.Server} (created|configured|unchanged)", _cluster.ApplyOutput));
        _output.WriteLine(_cluster.ApplyOutput);
    }

    [Fact]
    public void A_release_of_the_chart_can_become_one_of_charts_crik_and_keeps_its_server()
    {
        Cluster.Apply(Cluster.Render());

        string upgrade = Command.OutputWithInput(Cluster.RenderAsSubchart(), Cluster.Script, "kubectl", "apply", "--dry-run=server", "-f", "-");

        _output.WriteLine(upgrade);
        Assert.Contains($"deployment.apps/{Cluster.Server} unchanged", upgrade, StringComparison.Ordinal);
        Assert.Contains($"service/{Cluster.Server} unchanged", upgrade, StringComparison.Ordinal);
        Assert.Matches($"deployment.apps/{InstalledOperator.Name} created", upgrade);
    }

    [Fact]
    public void The_server_runs_without_rights_on_a_read_only_file_system()
    {
        string name = Cluster.ServerPods()[0].Name;
        string status = Cluster.Kubectl("-n", Cluster.Namespace, "exec", name, "--", "cat", "/proc/1/status");
        string mounts = Cluster.Kubectl("-n", Cluster.Namespace, "exec", name, "--", "cat", "/proc/1/mounts");

        Assert.Matches(@"(?m)^Uid:\s+65532\s+65532", status);
        Assert.Matches(@"(?m)^CapBnd:\s+0000000000000000$", status);
        Assert.Matches(@"(?m)^NoNewPrivs:\s+1$", status);
        Assert.Matches(@"(?m)^overlay / overlay ro,", mounts);
    }

    [Fact]
    public void The_account_of_the_server_may_list_and_watch_nodes_and_do_nothing_else()
    {
        string account = $"system:serviceaccount:{Cluster.Namespace}:{Cluster.Server}";
        string May(string verb, string what) => Command.Run(Cluster.Script, ["kubectl", "auth", "can-i", verb, what, "--as", account]).Output.Trim();

        Assert.Equal(("yes", "yes"), (May("list", "nodes"), May("watch", "nodes")));
        Assert.Equal(("no", "no", "no", "no", "no"), (May("get", "nodes"), May("patch", "nodes"), May("get", "secrets"), May("list", "pods"), May("create", "tokenreviews.authentication.k8s.io")));
    }

    [Fact]
    public void The_server_answers_through_its_Service_on_both_nodes()
    {
        Cluster.WaitForState("node-2", "ready");
        foreach (int node in new[] { 1, 2 })
        {
            Assert.Equal("ready", (string?)JsonNode.Parse(_cluster.Ask("/v1/nodes/node-2", node).Body)!["state"]);
        }

        Assert.Equal(2, JsonNode.Parse(_cluster.Ask("/v1/nodes").Body)!["nodes"]!.AsArray().Count);
        Assert.Equal((404, "unknown"), StatusAndState("/v1/nodes/node-9"));
        Assert.Equal((200, "unknown"), StatusAndState("/nodes/node-9")); // the original server never answers 404
        Assert.Equal(400, _cluster.Ask("/v1/nodes/Not_A_Name").Status);

        (int, string?) StatusAndState(string path)
        {
            (int status, string body) = _cluster.Ask(path);
            return (status, (string?)JsonNode.Parse(body)!["state"]);
        }
    }

    [Fact]
    public async Task A_long_poll_answers_within_a_second_when_a_state_begins_or_ends()
    {
        List<double> seconds = [];
        for (int i = 0; i < 6; i++)
        {
            bool marks = i % 2 == 0;
            Cluster.WaitForState("node-2", marks ? "ready" : "shutting-down");
            long version = (long)_cluster.State("node-2")["version"]!;
            Task<(string Body, long Ended)> poll = Task.Run(() => (_cluster.Ask($"/v1/nodes/node-2?wait=60s&version={version}").Body, Stopwatch.GetTimestamp()));
            Eventually.True(() => Cluster.LongPolls() > 0, "a long-poll is open");
            if (marks)
            {
                Cluster.Mark("node-2");
            }
            else
            {
                Cluster.Unmark("node-2");
            }

            long set = Stopwatch.GetTimestamp();
            (string body, long ended) = await poll;

            Assert.Equal(marks ? "shutting-down" : "ready", (string?)JsonNode.Parse(body)!["state"]);
            seconds.Add(Stopwatch.GetElapsedTime(set, ended).TotalSeconds);
        }

        _output.WriteLine($"seconds from the end of kubectl to the answer: {string.Join(' ', seconds.Select(value => value.ToString("0.000", null)))}");

        // Only the fastest answer is checked, because curl and kubectl can be slow on a busy machine. A server that
        // listed the Nodes from time to time instead of watching them would be slower in every round.
        Assert.True(seconds.Where((_, i) => i % 2 == 0).Min() < 1);
        Assert.True(seconds.Where((_, i) => i % 2 == 1).Min() < 1);
        Assert.True(seconds.Max() < 30);
    }

    [Fact]
    public void A_cordoned_node_is_ready_again_after_uncordon()
    {
        Cluster.Kubectl("cordon", "node-2");
        Cluster.WaitForState("node-2", "cordoned");
        Cluster.Kubectl("uncordon", "node-2");
        Cluster.WaitForState("node-2", "ready");
    }

    [Fact]
    public void The_servers_are_not_ready_while_the_API_server_is_down()
    {
        string[] pods = Addresses();
        Assert.All(pods, pod => Assert.Equal(200, Cluster.Ready(pod)));

        Cluster.Control("kill-apiserver");
        try
        {
            Assert.All(pods, pod => Eventually.True(() => Cluster.Ready(pod) == 503, $"{pod} is not ready"));
            Assert.All(pods, pod => Assert.Equal(200, Cluster.Get($"http://{pod}:8081/healthz").Status));

            // The last known state is still served.
            Assert.All(pods, pod => Assert.Equal(200, Cluster.Get($"http://{pod}:9376/v1/nodes/node-1").Status));
        }
        finally
        {
            Cluster.Control("start-apiserver");
        }

        Assert.All(pods, pod => Eventually.True(() => Cluster.Ready(pod) == 200, $"{pod} is ready again"));
        Cluster.Mark("node-1");
        Assert.All(pods, pod => Eventually.True(() => Cluster.Get($"http://{pod}:9376/v1/nodes/node-1").Body.Contains("shutting-down", StringComparison.Ordinal), $"{pod} sees the new taint"));
    }

    [Fact]
    public void After_a_compaction_the_servers_list_all_Nodes_again()
    {
        string[] pods = Addresses();
        double[] before = [.. pods.Select(Relists)];

        Cluster.Control("compact");
        foreach ((string pod, double lists) in pods.Zip(before))
        {
            Eventually.True(() => Relists(pod) > lists && Cluster.Ready(pod) == 200, $"{pod} has listed again");
        }

        Cluster.Mark("node-2");
        Cluster.WaitForState("node-2", "shutting-down");

        static double Relists(string pod) => Cluster.Metric(pod, "crik_node_relists_total");
    }

    [Fact]
    public async Task A_server_that_is_deleted_answers_its_open_long_polls()
    {
        (string name, string? address) = Cluster.ServerPods()[0];
        long version = (long)_cluster.State("node-1")["version"]!;
        Task<Answer> poll = Task.Run(() => Cluster.Get($"http://{address}:9376/v1/nodes/node-1?wait=60s&version={version}"));
        Eventually.True(() => Cluster.Metric(address!, "crik_long_polls ") > 0, "a long-poll is open");
        Cluster.Kubectl("-n", Cluster.Namespace, "delete", "pod", name, "--wait=false");

        Assert.Equal(200, (await poll).Status);
        Cluster.WaitForServers();
    }

    private static string[] Addresses() => [.. Cluster.ServerPods().Select(pod => pod.Address!)];
}
