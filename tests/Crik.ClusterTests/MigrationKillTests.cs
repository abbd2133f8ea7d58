using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>
/// Ends the operator's leader, the API server, the source node, the destination node and the webhook at random instants while ten
/// pods of every kind of owner move at the same time. The API server creates pods only when a webhook has seen them
/// (webhook.failurePolicy: Fail). The variable CRIK_KILLS says how many moves there are; `make migration-kills` makes 300. The log
/// of a run that goes on is artifacts/migration-kills.log.
/// </summary>
[Collection(nameof(Cluster))]
public sealed class MigrationKillTests : IDisposable
{
    /// <summary>Moves of ten pods at the same time take about so long, so most kills hit them.</summary>
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(5);

    /// <summary>
    /// All nodes have the boot ID of the host, so crik takes the death of a node for one of a container. After five of them within
    /// settleTime it would give the state up, which it does not do on nodes with a boot ID of their own.
    /// </summary>
    private const string Settings = "crik.dev/node-state-server: none, crik.dev/config.settleTime: 0s";

    /// <summary>Two workloads of each.</summary>
    private static readonly string[] s_kinds = ["StatefulSet", "Deployment", "ReplicaSet", "Job", "Pod", "StatefulSet", "Deployment", "ReplicaSet", "Job", "Pod"];

    private static readonly int s_moves = int.Parse(Environment.GetEnvironmentVariable("CRIK_KILLS") ?? "20", CultureInfo.InvariantCulture);

    private readonly ITestOutputHelper _output;
    private readonly TestNamespace _place;
    private readonly CountingPods _pods;
    private readonly MovingWorkload[] _workloads;
    private readonly KeptLogs _logs;
    private readonly Random _random;
    private readonly RandomKills _kills;
    private readonly SortedDictionary<string, int> _ends = new(StringComparer.Ordinal);

    public MigrationKillTests(Cluster cluster, ITestOutputHelper output)
    {
        int seed = int.Parse(Environment.GetEnvironmentVariable("CRIK_SEED") ?? $"{Environment.TickCount}", CultureInfo.InvariantCulture);
        (_output, _place, _random) = (output, new TestNamespace(cluster), new Random(seed));
        (_pods, _kills) = (new CountingPods(_place), new RandomKills(_random));
        _workloads = [.. s_kinds.Select((kind, number) => new MovingWorkload(_place, cluster.Operator.Image("python"), $"{kind.ToLowerInvariant()}{number}") { Annotations = Settings })];
        _logs = new KeptLogs(cluster, _place.Name);
        Write($"CRIK_SEED={seed}");
        InstalledOperator.SetFailurePolicy("Fail"); // otherwise a pod that is made while no operator answers starts afresh
    }

    public void Dispose()
    {
        InstalledOperator.SetFailurePolicy("Ignore");
        _logs.Dispose();
        _place.Dispose();
    }

    /// <summary>The first round has no kill, so that each state has a checkpoint.</summary>
    [Fact]
    public void Every_pod_exists_once_and_keeps_its_state_whatever_is_killed()
    {
        foreach ((string kind, MovingWorkload workload) in s_kinds.Zip(_workloads))
        {
            workload.Start(kind);
        }

        for (int round = 0; round * _workloads.Length <= s_moves; round++)
        {
            InstalledOperator.ReplaceKilled();
            Cluster.Control("restart-controllers"); // otherwise the Job would wait twice as long in each round
            CountingPod[] before = _pods.WaitFor(_workloads.Length, static _ => true);
            (string[] sources, string[] destinations) = Request(round, before);
            string[] killed = [.. Enumerable.Range(0, round == 0 ? 0 : _random.Next(1, 3)).Select(_ => _kills.KillOne(sources, destinations, s_longestPause))];
            string[] ends = [.. _workloads.Select(workload => End(workload, round))];

            CountingPod[] after = _pods.WaitFor(_workloads.Length, static _ => true);
            Write($"{round}: {string.Join(", ", killed)}: {string.Join("; ", ends)}");
            Assert.Equal(before.Select(static pod => pod.Word).Order(StringComparer.Ordinal), after.Select(static pod => pod.Word).Order(StringComparer.Ordinal));
            int returns = 0;
            foreach (IGrouping<string, CountingRun> program in _logs.RunsOf("").GroupBy(static run => run.Word))
            {
                Assert.True(before.Any(pod => pod.Word == program.Key), $"a program started afresh: {string.Join("; ", program)}");
                returns += CountingHistory.Check(program, _kills.Deaths);
            }

            Write($"{round * _workloads.Length} moves: {string.Join(", ", _ends.Select(static end => $"{end.Key} {end.Value}"))}; killed: {_kills.Counts}; returns to an older checkpoint: {returns}");
            AssertNothingIsLeft();
        }
    }

    /// <summary>Asks for a move of every pod to another node, all at the same time.</summary>
    private (string[] Sources, string[] Destinations) Request(int round, CountingPod[] pods)
    {
        List<string> destinations = [];
        foreach (MovingWorkload workload in _workloads)
        {
            CountingPod pod = pods.Single(pod => pod.Name.StartsWith(workload.Name, StringComparison.Ordinal));
            string[] others = [.. Cluster.Nodes.Where(node => node != pod.Node)];
            destinations.Add(others[_random.Next(others.Length)]);
            workload.Request($"{workload.Name}-{round}", destinations[^1]);
        }

        return ([.. pods.Select(static pod => pod.Node)], [.. destinations]);
    }

    /// <returns>How the move of a workload ended.</returns>
    private string End(MovingWorkload workload, int round)
    {
        JsonNode status = workload.WaitForEnd($"{workload.Name}-{round}");
        JsonNode? pod = status["pods"]?[0];
        string reason = (string?)pod?["reason"] ?? (string)status["conditions"]!.AsArray().Single(static one => (string)one!["type"]! == "Ready")!["reason"]!;
        Assert.True(round > 0 || MovingWorkload.IsReady(status), status.ToJsonString());
        if (round > 0)
        {
            _ends[reason] = _ends.GetValueOrDefault(reason) + 1;
        }

        return $"{workload.Name} {reason}{(reason == "Completed" ? "" : $" ({(string?)pod?["message"]})")}";
    }

    /// <summary>A pod that is held back, or an object that nobody could delete, would stay for ever.</summary>
    private void AssertNothingIsLeft()
    {
        Assert.DoesNotContain(_pods.Staying(), static pod => pod["spec"]!["schedulingGates"] is not null || pod["metadata"]!["labels"]!["crik.dev/held-for-migration"] is not null);
        Eventually.True(
            () => _place.Api.Items(_place.PathOf("apis/crik.dev/v1alpha1", "podmigrations")).All(static one => one["metadata"]!["finalizers"] is null),
            "no PodMigration has a finalizer");
    }

    private void Write(string line)
    {
        _output.WriteLine(line);
        File.AppendAllText(Repository.In("artifacts/migration-kills.log"), $"{DateTimeOffset.UtcNow:HH:mm:ss} {line}\n");
    }
}
