using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>
/// Ends the agent, the registry and the API server at random instants while the kubelet's checkpoints become images. The
/// variable CRIK_KILLS says how often; `make node-agent-kills` does it 200 times. CI has the simulation of the agent's tests
/// instead, which kills between any two effects.
/// </summary>
[Collection(nameof(Cluster))]
[Trait("Kills", "random")]
public sealed class NodeAgentKillTests : IDisposable
{
    private const string Agent = "crik-node-agent";

    /// <summary>From the request to the image it takes about a second, so most kills hit the work.</summary>
    private const int LongestPauseMilliseconds = 1500;

    private static readonly int s_kills = int.Parse(Environment.GetEnvironmentVariable("CRIK_KILLS") ?? "6", CultureInfo.InvariantCulture);

    private readonly Cluster _cluster;
    private readonly ITestOutputHelper _output;
    private readonly TestNamespace _place;
    private readonly Random _random;

    public NodeAgentKillTests(Cluster cluster, ITestOutputHelper output)
    {
        int seed = int.Parse(Environment.GetEnvironmentVariable("CRIK_SEED") ?? $"{Environment.TickCount}", CultureInfo.InvariantCulture);
        (_cluster, _output, _place, _random) = (cluster, output, new TestNamespace(cluster), new Random(seed));
        _output.WriteLine($"CRIK_SEED={seed}");
        Assert.NotNull(cluster.Operator);
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    public void No_kill_makes_a_second_image_loses_a_pod_or_leaves_an_archive()
    {
        Action<string>[] victims = [KillAgent, KillRegistry, KillApiServer];
        for (int i = 0; i < s_kills; i++)
        {
            string node = Cluster.Nodes[i % 2], name = $"kill-{i}";
            bool deletePod = _random.Next(2) == 0;
            string uid = StartPod(name, node);
            Request(name, deletePod);
            int pause = _random.Next(LongestPauseMilliseconds);
            Thread.Sleep(pause); // the instant of the kill is the random part of the test

            victims[i % victims.Length](node);

            JsonNode checkpoint = Eventually.Found(() => Checkpoint(name) is { } found && found["status"]?["completionTime"] is not null ? found : null, $"{name} is complete");
            bool isReady = IsReady(checkpoint), isThere = IsThere(name, uid);
            int images = Images(name);
            _output.WriteLine($"{name}: {victims[i % victims.Length].Method.Name} after {pause} ms, deletePod {deletePod}: ready {isReady}, pod {isThere}, images {images}, {checkpoint["status"]!["conditions"]!.ToJsonString()}");
            Assert.Equal(isReady ? 1 : 0, images);
            Assert.True(isReady || isThere, $"{name} is gone, and there is no image of it");
            Assert.Equal(deletePod && isReady, !isThere);
        }

        Assert.All(Cluster.Nodes, node => Eventually.True(() => _place.ArchivesOn(node).Length == 0, $"{node} has no archive"));
    }

    private string StartPod(string name, string node)
    {
        SavedProgram program = new(_place, name, _cluster.Operator.Image("static"));
        program.Start(node);
        program.WaitUntilItRuns();
        return (string)_place.Api.Read(_place.PathOf("api/v1", $"pods/{program.Pod}"))["metadata"]!["uid"]!;
    }

    private void Request(string name, bool deletePod) => _place.ApplyText($$"""
        apiVersion: crik.dev/v1alpha1
        kind: PodCheckpoint
        metadata: {name: {{name}}}
        spec: {pod: {{name}}-0, engine: kubelet, deletePod: {{(deletePod ? "true" : "false")}}, repository: registry.lab/{{_place.Name}}/{{name}}}
        """);

    private JsonNode? Checkpoint(string name) => _place.Api.Read(_place.PathOf("apis/crik.dev/v1alpha1", $"podcheckpoints/{name}"));

    private static bool IsReady(JsonNode checkpoint) => checkpoint["status"]!["conditions"]!.AsArray()
        .Any(condition => (string)condition!["type"]! == "Ready" && (string)condition["status"]! == "True");

    private bool IsThere(string name, string uid) => _place.Api.Items(_place.PathOf("api/v1", "pods"))
        .Any(pod => (string)pod["metadata"]!["name"]! == $"{name}-0" && (string)pod["metadata"]!["uid"]! == uid && pod["metadata"]!["deletionTimestamp"] is null);

    /// <summary>How many manifests the registry has ever had in the repository of a checkpoint.</summary>
    private int Images(string name)
    {
        string revisions = Path.Combine(_cluster.Paths["REGISTRY"], "docker/registry/v2/repositories", _place.Name, name, "_manifests/revisions/sha256");
        return Directory.Exists(revisions) ? Directory.GetDirectories(revisions).Length : 0;
    }

    /// <summary>Kills the agent of a node. Its pod is replaced, because the kubelet would wait longer after each kill until it starts it again.</summary>
    private static void KillAgent(string node)
    {
        Cluster.Signal(node, Agent, "KILL");
        Cluster.Kubectl("-n", InstalledOperator.Namespace, "delete", "pods", "-l", $"app.kubernetes.io/name={Agent}", "--field-selector", $"spec.nodeName={node}", "--wait=false");
    }

    private static void KillRegistry(string node)
    {
        Cluster.Control("kill-registry");
        Cluster.Control("start-registry");
    }

    private static void KillApiServer(string node)
    {
        Cluster.Control("kill-apiserver");
        Cluster.Control("start-apiserver");
    }
}
