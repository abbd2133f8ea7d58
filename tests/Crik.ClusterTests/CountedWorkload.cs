using System.Text.Json.Nodes;

namespace Crik.ClusterTests;

/// <summary>A workload whose programs count when they are asked, and the client that asks them while they move.</summary>
internal sealed class CountedWorkload : IDisposable
{
    private readonly CountingPods _pods;
    private readonly MovingWorkload _workload;
    private readonly CountingClient _client;
    private readonly KeptLogs _logs;
    private CountingPod[] _now;

    /// <param name="logs">The logs of the namespace.</param>
    public CountedWorkload(TestNamespace place, string image, (string Kind, int Replicas) what, KeptLogs logs)
    {
        (string kind, int replicas) = what;
        string name = kind.ToLowerInvariant();
        _logs = logs;
        (_pods, _workload) = (new CountingPods(place, $"app={name}"), new MovingWorkload(place, image, name));
        place.ApplyText($"{{apiVersion: v1, kind: Service, metadata: {{name: {name}}}, spec: {{selector: {{app: {name}}}, ports: [{{port: 8080}}]}}}}");
        _workload.Start(kind, replicas);
        _client = new CountingClient((string)place.Api.Read(place.PathOf("api/v1", $"services/{name}"))["spec"]!["clusterIP"]!, replicas);
        _now = _pods.WaitFor(replicas, static _ => true);
    }

    /// <summary>Moves all its pods to the node that comes after that of the first one, or each third time to any other node.</summary>
    /// <returns>What happened, for the log of the test.</returns>
    public IReadOnlyList<string> Move(int number)
    {
        string? to = number % 3 == 0 ? null : Cluster.Nodes[(Array.IndexOf(Cluster.Nodes, _now[0].Node) + 1) % Cluster.Nodes.Length];
        CountingPod[] before = _now, moving = [.. before.Where(pod => pod.Node != to)];
        string move = $"{_workload.Name}-{number}";
        _workload.Request(move, to);
        JsonNode status = _workload.WaitForEnd(move);

        Assert.True(MovingWorkload.IsReady(status), status.ToJsonString());
        _now = _pods.WaitFor(before.Length, pod => !moving.Any(old => old.Uid == pod.Uid));
        Assert.Equal(before.Select(static pod => pod.Word).Order(StringComparer.Ordinal), _now.Select(static pod => pod.Word).Order(StringComparer.Ordinal));
        List<string> lines = [];
        foreach (CountingPod old in moving)
        {
            CountingPod now = _now.Single(pod => pod.Word == old.Word);
            CountingRun[] runs = [.. _logs.RunsOf(_workload.Name).Where(run => run.Word == old.Word)];
            Assert.Equal(0, CountingHistory.Check(runs, []));
            lines.Add($"{number}: {old.Name} on {old.Node}, then at {now.First} on {now.Node}, {runs.Length} pods");
            Assert.True(to is null ? now.Node != old.Node : now.Node == to, $"{now} was to be on {to ?? "another node"}");
        }

        return [.. lines, string.Join(", ", status["pods"]!.AsArray().Select(pod => $"{pod!["name"]}: {pod["downtimeMilliseconds"]} ms"))];
    }

    /// <summary>Ends the client.</summary>
    /// <returns>How far it has counted with each program.</returns>
    public string End() => $"the client of {_workload.Name}: {_client.End()}";

    public void Dispose() => _client.Dispose();
}
