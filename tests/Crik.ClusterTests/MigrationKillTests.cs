using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>
/// Ends the operator's leader, the API server, the source node, the destination node and the webhook at random instants while pods
/// move. The variable CRIK_KILLS says how often; `make migration-kills` does it 300 times. CI has the simulation of the operator's
/// tests instead, which kills between any two effects.
/// </summary>
[Collection(nameof(Cluster))]
[Trait("Kills", "random")]
public sealed class MigrationKillTests : IDisposable
{
    /// <summary>A move takes about three seconds, so most kills hit it.</summary>
    private const int LongestPauseMilliseconds = 4000;

    private static readonly int s_kills = int.Parse(Environment.GetEnvironmentVariable("CRIK_KILLS") ?? "5", CultureInfo.InvariantCulture);

    private readonly ITestOutputHelper _output;
    private readonly TestNamespace _place;
    private readonly CountingPods _pods;
    private readonly MovingWorkload _workload;
    private readonly Random _random;

    public MigrationKillTests(Cluster cluster, ITestOutputHelper output)
    {
        int seed = int.Parse(Environment.GetEnvironmentVariable("CRIK_SEED") ?? $"{Environment.TickCount}", CultureInfo.InvariantCulture);
        (_output, _place, _random) = (output, new TestNamespace(cluster), new Random(seed));
        (_pods, _workload) = (new CountingPods(_place), new MovingWorkload(_place, cluster.Operator.Image("python")));
        _output.WriteLine($"CRIK_SEED={seed}");
    }

    public void Dispose() => _place.Dispose();

    /// <summary>Each kind has an equal part of the kills. Its first move has no kill, so that each state has a checkpoint.</summary>
    [Theory]
    [InlineData("StatefulSet")]
    [InlineData("ReplicaSet")]
    [InlineData("Pod")]
    public void Every_pod_exists_once_and_keeps_its_state_whatever_is_killed(string kind)
    {
        _workload.Start(kind);
        CountingPod first = Assert.Single(_pods.WaitFor(1, static _ => true)), before = first;
        (string Name, Action<string, string> Kill)[] victims =
        [
            ("operator", (_, _) => InstalledOperator.KillLeader()), ("API server", (_, _) => KillApiServer()), ("source", (source, _) => KillNode(source)),
            ("destination", (_, destination) => KillNode(destination)), ("webhook", (_, _) => InstalledOperator.Signal("KILL")),
        ];
        int kills = (s_kills + 2) / 3;
        for (int i = 0; i <= kills; i++)
        {
            string to = before.Node == "node-1" ? "node-2" : "node-1";
            (string name, Action<string, string> kill) = i == 0 ? ("nothing", static (_, _) => { }) : victims[_random.Next(victims.Length)];
            int pause = _random.Next(LongestPauseMilliseconds);
            _workload.Request($"move-{i}", to);
            Thread.Sleep(pause); // the instant of the kill is the random part of the test
            kill(before.Node, to);

            JsonNode status = _workload.WaitForEnd($"move-{i}");
            CountingPod after = Assert.Single(_pods.WaitFor(1, static _ => true));
            _output.WriteLine($"{i}: {name} after {pause} ms: {after.Name} on {after.Node} at {after.First}, {status["pods"]?[0]?["reason"]}: {status["pods"]?[0]?["message"]}");
            Assert.Equal(first.Word, after.Word);
            Assert.True(i > 0 || MovingWorkload.IsReady(status), status.ToJsonString());
            before = after;
        }
    }

    private static void KillApiServer()
    {
        Cluster.Control("kill-apiserver");
        Cluster.Control("start-apiserver");
    }

    private static void KillNode(string node)
    {
        Cluster.Control("kill-node", node);
        Cluster.Control("start-node", node);
    }
}
