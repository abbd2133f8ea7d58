using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>
/// Tests that a PodMigration moves pods of every kind of owner to the other node and back, and that their programs count on without
/// a gap. The variable CRIK_MOVES says how often each of them moves.
/// </summary>
[Collection(nameof(Cluster))]
public sealed partial class MigrationTests : IDisposable
{
    private static readonly int s_moves = int.Parse(Environment.GetEnvironmentVariable("CRIK_MOVES") ?? "2", CultureInfo.InvariantCulture);

    private readonly Cluster _cluster;
    private readonly ITestOutputHelper _output;
    private readonly TestNamespace _place;

    public MigrationTests(Cluster cluster, ITestOutputHelper output)
    {
        (_cluster, _output, _place) = (cluster, output, new TestNamespace(cluster));
        Assert.NotNull(cluster.Operator);
    }

    public void Dispose()
    {
        Cluster.Reset();
        _place.Dispose();
    }

    [Theory]
    [InlineData("StatefulSet", "apps/v1", "selector: {matchLabels: {app: it}}", "", 1)]
    [InlineData("Deployment", "apps/v1", "selector: {matchLabels: {app: it}}, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}, replicas: 2", "", 2)]
    [InlineData("ReplicaSet", "apps/v1", "selector: {matchLabels: {app: it}}", "", 1)]
    [InlineData("Job", "batch/v1", "backoffLimit: 20", "restartPolicy: Never, ", 1)]
    public void The_pods_of_a_controller_move_back_and_forth_and_count_on(string kind, string version, string spec, string podSpec, int replicas)
    {
        _place.ApplyText($$$"""
            apiVersion: {{{version}}}
            kind: {{{kind}}}
            metadata: {name: it}
            spec: { {{{spec}}}, template: {metadata: {{{Metadata("")}}}, spec: {{{Spec(podSpec)}}} } }
            """);
        MoveBackAndForth($"target: {{kind: {kind}, name: it}}", replicas);
    }

    [Fact]
    public void A_pod_without_a_controller_moves_back_and_forth_and_counts_on()
    {
        _place.ApplyText($$$"""
            apiVersion: v1
            kind: Pod
            metadata: {{{Metadata("name: it, ")}}}
            spec: {{{Spec("")}}}
            """);
        MoveBackAndForth("pod: it", 1);
    }

    private static string Metadata(string more) => "{" + more + "labels: {app: it, crik.dev/inject: \"true\"}, annotations: {crik.dev/node-state-server: none}}";

    private string Spec(string more) => "{" + more + $"containers: [{{name: app, image: \"{_cluster.Operator.Image("python")}\"}}]" + "}";

    private void MoveBackAndForth(string what, int replicas)
    {
        Program[] programs = WaitForPrograms(replicas, _ => true);
        for (int i = 1; i <= s_moves; i++)
        {
            string to = programs.Any(program => program.Node == "node-1") ? "node-2" : "node-1";
            Program[] moving = [.. programs.Where(program => program.Node != to)];
            Dictionary<string, Task<string>> logs = moving.ToDictionary(program => program.Word, program => Task.Run(() => Follow(program)));

            JsonNode status = Move($"move-{i}", what, to);

            HashSet<string> old = [.. moving.Select(program => program.Uid)];
            programs = WaitForPrograms(replicas, program => program.Node == to && !old.Contains(program.Uid));
            Assert.Equal(replicas, programs.DistinctBy(program => program.Word).Count());
            foreach (Program program in programs.Where(program => logs.ContainsKey(program.Word)))
            {
                int last = Numbers(logs[program.Word].Result)[^1].Number;
                _output.WriteLine($"{program.Pod}: {last}, then {program.First} on {to}");
                Assert.Equal(last + 1, program.First);
            }

            Assert.All(logs.Keys, word => Assert.Contains(programs, program => program.Word == word));
            _output.WriteLine(string.Join(", ", status["pods"]!.AsArray().Select(pod => $"{pod!["name"]}: {pod["downtimeMilliseconds"]} ms")));
        }
    }

    /// <summary>Waits until the move has ended.</summary>
    /// <returns>Its status.</returns>
    private JsonNode Move(string name, string what, string to)
    {
        _place.ApplyText($$"""
            apiVersion: crik.dev/v1alpha1
            kind: PodMigration
            metadata: {name: {{name}}}
            spec: { {{what}}, to: {node: {{to}} } }
            """);
        JsonNode status = Eventually.Found(
            () => _place.Api.Read(_place.PathOf("apis/crik.dev/v1alpha1", $"podmigrations/{name}"))["status"] is { } now && now["completionTime"] is not null ? now : null,
            $"{name} has ended");
        Assert.True(status["conditions"]!.AsArray().Any(one => (string)one!["type"]! == "Ready" && (string)one["status"]! == "True"), status.ToJsonString());
        return status;
    }

    private string Follow(Program program) => _place.Kubectl("logs", "--follow", program.Pod);

    private Program[] WaitForPrograms(int count, Func<Program, bool> so) => Eventually.Found(
        () =>
        {
            JsonNode[] pods = [.. _place.Api.Items(_place.PathOf("api/v1", "pods")).Where(pod => pod["metadata"]!["deletionTimestamp"] is null)];
            Program[] programs = [.. pods.Where(pod => (string?)pod["status"]!["phase"] == "Running").Select(See).OfType<Program>()];
            return pods.Length == count && programs.Length == count && programs.All(so) ? programs : null;
        },
        $"{count} pods count");

    private Program? See(JsonNode pod)
    {
        string name = (string)pod["metadata"]!["name"]!;
        (string Word, int Number)[] lines = Numbers(_place.Api.Text(_place.PathOf("api/v1", $"pods/{name}/log")));
        return lines.Length == 0 ? null : new Program(name, (string)pod["metadata"]!["uid"]!, (string)pod["spec"]!["nodeName"]!, lines[0].Word, lines[0].Number);
    }

    private static (string Word, int Number)[] Numbers(string log) =>
        [.. Line().Matches(log).Select(line => (line.Groups[1].Value, int.Parse(line.Groups[2].ValueSpan, CultureInfo.InvariantCulture)))];

    [GeneratedRegex("^([a-z]{8}) ([0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex Line();

    /// <param name="Word">The name that the program gave itself when it was started afresh.</param>
    /// <param name="First">The first number that it wrote in this pod.</param>
    private sealed record Program(string Pod, string Uid, string Node, string Word, int First);
}
