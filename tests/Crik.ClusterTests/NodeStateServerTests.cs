using System.Diagnostics;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>The chart and the server, on a real API server.</summary>
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
    public void The_API_server_takes_every_object_of_the_chart()
    {
        string[] kinds = ["deployment", "service", "serviceaccount", "clusterrole", "clusterrolebinding", "poddisruptionbudget"];

        Assert.All(kinds, kind => Assert.Matches($@"(?m)^{kind}(\.[a-z0-9.]+)?/{Cluster.Server} (created|configured|unchanged)", _cluster.ApplyOutput));
        _output.WriteLine(_cluster.ApplyOutput);
    }

    [Fact]
    public void The_server_runs_as_nobody_on_a_file_system_it_cannot_write()
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
    public void Its_account_may_read_nodes_and_nothing_else()
    {
        string account = $"system:serviceaccount:{Cluster.Namespace}:{Cluster.Server}";
        string May(string verb, string what) => Shell.Try(Cluster.Script, ["kubectl", "auth", "can-i", verb, what, "--as", account]).Output.Trim();

        Assert.Equal(("yes", "yes", "yes"), (May("get", "nodes"), May("list", "nodes"), May("watch", "nodes")));
        Assert.Equal(("no", "no", "no", "no"), (May("patch", "nodes"), May("get", "secrets"), May("list", "pods"), May("create", "tokenreviews.authentication.k8s.io")));
    }

    [Fact]
    public void It_answers_through_its_service_on_both_nodes_in_all_forms()
    {
        Cluster.WaitForState("node-2", "ready");
        foreach (int node in new[] { 1, 2 })
        {
            Assert.Equal("ready", (string?)JsonNode.Parse(_cluster.Ask("/v1/nodes/node-2", node).Body)!["state"]);
        }

        Assert.Equal(2, JsonNode.Parse(_cluster.Ask("/v1/nodes").Body)!["nodes"]!.AsArray().Count);
        Assert.Equal((404, "unknown"), StatusAndState("/v1/nodes/node-9"));
        Assert.Equal((200, "unknown"), StatusAndState("/nodes/node-9")); // as the original did
        Assert.Equal(400, _cluster.Ask("/v1/nodes/Not_A_Name").Status);

        (int, string?) StatusAndState(string path)
        {
            (int status, string body) = _cluster.Ask(path);
            return (status, (string?)JsonNode.Parse(body)!["state"]);
        }
    }

    [Fact]
    public async Task A_state_that_is_set_and_taken_back_is_seen_within_a_second()
    {
        List<double> seconds = [];
        for (int i = 0; i < 6; i++)
        {
            bool marks = i % 2 == 0;
            Cluster.WaitForState("node-2", marks ? "ready" : "shutting-down");
            long version = (long)_cluster.State("node-2")["version"]!;
            Task<(string Body, long Ended)> poll = Task.Run(() => (_cluster.Ask($"/v1/nodes/node-2?wait=60s&version={version}").Body, Stopwatch.GetTimestamp()));
            Shell.Eventually("it waits", () => Cluster.LongPolls() > 0);
            (marks ? (Action<string>)Cluster.Mark : Cluster.Unmark)("node-2");
            long set = Stopwatch.GetTimestamp();
            (string body, long ended) = await poll;

            Assert.Equal(marks ? "shutting-down" : "ready", (string?)JsonNode.Parse(body)!["state"]);
            seconds.Add(Stopwatch.GetElapsedTime(set, ended).TotalSeconds);
        }

        _output.WriteLine($"seconds from kubectl's end to the answer: {string.Join(' ', seconds.Select(value => value.ToString("0.000", null)))}");
        // The quickest, for the time has in it that of curl and kubectl on a machine with more to do; a list now and then would be slower each time.
        Assert.True(seconds.Where((_, i) => i % 2 == 0).Min() < 1);
        Assert.True(seconds.Where((_, i) => i % 2 == 1).Min() < 1);
        Assert.True(seconds.Max() < 30);
    }

    [Fact]
    public void A_cordon_is_an_early_warning_and_goes_back()
    {
        Cluster.Kubectl("cordon", "node-2");
        Cluster.WaitForState("node-2", "cordoned");
        Cluster.Kubectl("uncordon", "node-2");
        Cluster.WaitForState("node-2", "ready");
    }

    [Fact]
    public void A_killed_API_server_makes_it_unready_and_the_next_one_makes_it_ready_again()
    {
        string[] pods = Addresses();
        Assert.All(pods, pod => Assert.Equal(200, Cluster.Ready(pod)));

        Cluster.Control("kill-apiserver");
        try
        {
            Assert.All(pods, pod => Shell.Eventually($"{pod} says that it is not ready", () => Cluster.Ready(pod) == 503));
            Assert.All(pods, pod => Assert.Equal(200, Cluster.Get($"http://{pod}:8081/healthz").Status));
            Assert.All(pods, pod => Assert.Equal(200, Cluster.Get($"http://{pod}:9376/v1/nodes/node-1").Status)); // what was so last
        }
        finally
        {
            Cluster.Control("start-apiserver");
        }

        Assert.All(pods, pod => Shell.Eventually($"{pod} is ready again", () => Cluster.Ready(pod) == 200));
        Cluster.Mark("node-1");
        Assert.All(pods, pod => Shell.Eventually($"{pod} sees what happens", () => Cluster.Get($"http://{pod}:9376/v1/nodes/node-1").Body.Contains("shutting-down", StringComparison.Ordinal)));
    }

    [Fact]
    public void After_a_compaction_410_Gone_makes_it_list_again()
    {
        string[] pods = Addresses();
        double[] before = [.. pods.Select(Relists)];

        Cluster.Control("compact");
        foreach ((string pod, double lists) in pods.Zip(before))
        {
            Shell.Eventually($"{pod} has listed again", () => Relists(pod) > lists && Cluster.Ready(pod) == 200);
        }

        Cluster.Mark("node-2");
        Cluster.WaitForState("node-2", "shutting-down");

        static double Relists(string pod) => Cluster.Metric(pod, "crik_node_relists_total");
    }

    [Fact]
    public async Task A_server_that_ends_answers_those_who_wait()
    {
        (string name, string? address) = Cluster.ServerPods()[0];
        long version = (long)_cluster.State("node-1")["version"]!;
        Task<Answer> poll = Task.Run(() => Cluster.Get($"http://{address}:9376/v1/nodes/node-1?wait=60s&version={version}"));
        Shell.Eventually("it waits", () => Cluster.Metric(address!, "crik_long_polls ") > 0);
        Cluster.Kubectl("-n", Cluster.Namespace, "delete", "pod", name, "--wait=false");

        Assert.Equal(200, (await poll).Status);
        Cluster.WaitForServers();
    }

    private static string[] Addresses() => [.. Cluster.ServerPods().Select(pod => pod.Address!)];
}
