using System.Globalization;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>Tests what docs/recipes.md says, with its manifests as they are published.</summary>
[Collection(nameof(Cluster))]
public sealed class RecipeTests(Cluster cluster, ITestOutputHelper output) : IDisposable
{
    private readonly TestNamespace _place = new(cluster);

    public void Dispose()
    {
        Cluster.Reset();
        _place.Dispose();
    }

    [Fact]
    public void Redis_keeps_its_memory_when_its_pod_is_deleted_or_drained()
    {
        _place.Apply("recipes/redis-aof.yaml");
        RedisPod first = RedisPod.WaitForFirst(_place);
        string memory = first.RunId;
        Assert.Equal("OK", first.Ask("set", "before", "the delete"));
        first.Delete();

        RedisPod second = first.WaitForSuccessor();
        Assert.Equal("the delete", second.Ask("get", "before"));
        Assert.Equal(memory, second.RunId);
        Assert.Equal("OK", second.Ask("set", "after", "the delete"));
        Cluster.Kubectl("drain", second.Node, "--ignore-daemonsets", "--delete-emptydir-data");

        RedisPod third = second.WaitForSuccessor();
        Assert.NotEqual(second.Node, third.Node);
        Assert.Equal("the delete", third.Ask("get", "after"));
        Assert.Equal(memory, third.RunId);
        Assert.DoesNotContain("DB loaded from", third.Log(), StringComparison.Ordinal);
    }

    [Fact]
    public void Redis_loads_its_file_after_a_crash_and_loses_no_write_that_it_acknowledged()
    {
        _place.Apply("recipes/redis-aof.yaml");
        RedisPod first = RedisPod.WaitForFirst(_place);
        string memory = first.RunId;
        Assert.Equal("1", first.Ask("incr", "sum"));
        first.Delete();
        RedisPod restored = first.WaitForSuccessor();
        Assert.Equal(memory, restored.RunId);

        int acknowledged = restored.KillWhileAdding("sum");

        int kept = int.Parse(restored.Ask("get", "sum"), CultureInfo.InvariantCulture);
        output.WriteLine($"the client had got {acknowledged}, and the file had {kept}");
        Assert.InRange(kept, acknowledged, acknowledged + 1);
        Assert.NotEqual(memory, restored.RunId);
        Assert.Contains("DB loaded from", restored.Log(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_restored_program_gets_along_with_what_is_new_around_it()
    {
        _place.Kubectl("create", "configmap", "around", "--from-file", Repository.In("tests/lab/programs/around.py"));
        _place.ApplyText(File.ReadAllText(Repository.In("tests/lab/kubernetes/around.yaml")));
        Workload around = new(_place, "around");
        PodSighting before = around.WaitForCount(3);
        JsonNode was = Seen(before);
        Assert.Equal(before.Uid, (string?)was["tokenOfFile"]);
        Assert.Equal(before.Uid, (string?)was["tokenOfStart"]);
        Assert.Equal(1, (int?)was["connections"]);
        around.Delete(before);

        PodSighting after = around.WaitForSuccessorOf(before);
        Assert.True(after.First > before.Last, after.Log);
        _place.Kubectl("create", "service", "clusterip", "late", "--tcp=80");
        string address = (string)_place.Api.Read(_place.PathOf("api/v1", "services/late"))["spec"]!["clusterIP"]!;
        JsonNode now = Eventually.Found(
            () => Seen(around.WaitForCount(1)) is var seen && (string?)seen["late"] == address && (string?)seen["tokenOfStart"] == "refused" ? seen : null,
            "the program finds a new Service, and the API server refuses the old token");
        output.WriteLine($"before: {was.ToJsonString()}\nafter: {now.ToJsonString()}");

        Assert.Equal(after.Uid, (string?)now["tokenOfFile"]);
        Assert.Equal(2, (int?)now["connections"]);
        Assert.NotEqual((string?)was["sidecar"], (string?)now["sidecar"]);
        Assert.Equal((string?)was["data"], (string?)now["data"]);
        Assert.Equal((1, 2), ((int?)was["prepared"], (int?)now["prepared"]));
    }

    private static JsonNode Seen(PodSighting sighting) =>
        JsonNode.Parse(sighting.Log.Split('\n').Last(line => line.StartsWith("{\"", StringComparison.Ordinal) && line.EndsWith('}')))!;
}
