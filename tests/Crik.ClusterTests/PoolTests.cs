using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>Tests a Deployment whose replicas share one volume, with a slot for each state.</summary>
[Collection(nameof(Cluster))]
public sealed partial class PoolTests(Cluster cluster, ITestOutputHelper output) : IDisposable
{
    public const string Example = "deployment-pool.yaml";

    private const int Replicas = 3;

    private readonly TestNamespace _place = new(cluster);

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Each_state_of_the_example_goes_on_exactly_once_when_one_two_and_all_pods_are_deleted()
    {
        _place.Apply(Example);
        Delete([1, 2, 3], new Random(1));
    }

    [Fact]
    public void Each_state_of_three_injected_replicas_goes_on_exactly_once_through_ten_random_deletions()
    {
        _place.ApplyText($$$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: worker}
            spec:
              replicas: {{{Replicas}}}
              strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}
              selector: {matchLabels: {app: worker}}
              template:
                metadata:
                  labels: {app: worker, crik.dev/inject: "true"}
                  annotations: {crik.dev/node-state-server: none}
                spec:
                  containers: [{name: worker, image: {{{cluster.Operator.Image("python")}}}}]
            """);
        Random random = new(1);
        Delete([1, 2, 3, .. Enumerable.Range(0, 7).Select(_ => random.Next(1, Replicas + 1))], random);
    }

    /// <summary>Deletes so many pods each time, and looks whose states the pods have that come next.</summary>
    private void Delete(int[] sizes, Random random)
    {
        Dictionary<string, int> reached = WaitForReplicas(without: []).ToDictionary(replica => replica.State, replica => replica.Last);
        foreach (int size in sizes)
        {
            Replica[] before = WaitForReplicas(without: []);
            Replica[] deleted = [.. before.OrderBy(_ => random.Next()).Take(size)];
            _place.Kubectl(["delete", "pod", "--wait=false", .. deleted.Select(replica => replica.Pod)]);

            Replica[] after = WaitForReplicas(without: [.. deleted.Select(replica => replica.Pod)]);

            output.WriteLine($"deleted {size}: {string.Join(", ", after.Select(replica => $"{replica.State[..8]} at {replica.First} in {replica.Pod}"))}");
            Assert.Equal(reached.Keys.Order(StringComparer.Ordinal), after.Select(replica => replica.State).Order(StringComparer.Ordinal));
            foreach (Replica replica in after)
            {
                Replica old = before.Single(old => old.State == replica.State);
                Assert.True(replica.Pod == old.Pod || replica.First > old.Last, $"the state {replica.State} had counted to {old.Last}, and {replica.Pod} began at {replica.First}");
            }
        }
    }

    /// <summary>Waits until all replicas run that are to run, and each program has written something.</summary>
    /// <param name="without">The pods that were deleted.</param>
    private Replica[] WaitForReplicas(string[] without) => Eventually.Found(
        () =>
        {
            JsonNode[] pods = [.. _place.Api.Items(_place.PathOf("api/v1", "pods")).Where(pod => pod["metadata"]!["deletionTimestamp"] is null)];
            Replica[] replicas = [.. pods.Select(See).OfType<Replica>().Where(replica => !without.Contains(replica.Pod))];
            return pods.Length == Replicas && replicas.Length == Replicas ? replicas : null;
        },
        $"{Replicas} pods that count, other than {string.Join(", ", without)}");

    private Replica? See(JsonNode pod)
    {
        if ((string?)pod["status"]!["phase"] != "Running")
        {
            return null;
        }

        string name = (string)pod["metadata"]!["name"]!;
        Match[] lines = Line().Matches(_place.Api.Text(_place.PathOf("api/v1", $"pods/{name}/log"))).ToArray();
        return lines.Length == 0 ? null : new Replica(name, lines[0].Groups[1].Value, Number(lines[0]), Number(lines[^1]));
    }

    private static int Number(Match line) => int.Parse(line.Groups[2].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex("^([0-9a-f-]{36}|[a-z]{8}) ([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex Line();

    /// <param name="State">The name that the program gave itself when it was started afresh.</param>
    private sealed record Replica(string Pod, string State, int First, int Last);
}
