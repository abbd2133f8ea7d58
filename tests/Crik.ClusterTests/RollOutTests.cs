using System.Text.Json.Nodes;

namespace Crik.ClusterTests;

/// <summary>Tests that a roll-out runs the new program and not the memory of the old one.</summary>
[Collection(nameof(Cluster))]
public sealed class RollOutTests : IDisposable
{
    private const string Loop = "[sh, -c, 'n=0; while :; do n=$((n + 1)); echo \"count $n\"; sleep 1; done']";

    private readonly TestNamespace _place;

    public RollOutTests(Cluster cluster)
    {
        Cluster.WaitForServers();
        _place = new TestNamespace(cluster);
    }

    public void Dispose() => _place.Dispose();

    [Fact]
    [Happens("roll-out", "without a server")]
    [Happens("roll-out", "with a server")]
    public void A_new_image_runs_its_new_program_and_the_old_checkpoint_is_kept()
    {
        _place.Apply("simple-loop.yaml", (Loop, "[/app/count]"));
        _place.Apply("statefulset.yaml", (Loop, "[/app/count]"), ("    imageDir:", "    nodeStateTimeout: 10s\n    imageDir:"));
        Workload alone = new(_place, "simple-loop"), asking = new(_place, "counter");
        (PodSighting old, PodSighting oldAsking) = (alone.WaitForCount(3), asking.WaitForCount(3));
        _place.Kubectl("set", "image", "statefulset/simple-loop", $"loop={Cluster.NextImage}");
        _place.Kubectl("set", "image", "statefulset/counter", $"counter={Cluster.NextImage}");

        PodSighting rolledOut = alone.WaitForSuccessorOf(old);
        Assert.Contains("\nnext 1\n", rolledOut.Log, StringComparison.Ordinal);
        Assert.Contains("belongs to another program", rolledOut.Log, StringComparison.Ordinal);
        Assert.Single(JsonNode.Parse(_place.Kubectl("exec", rolledOut.Name, "--", "crik", "list", "-o", "json"))!["checkpoints"]!.AsArray());

        PodSighting asked = asking.WaitForSuccessorOf(oldAsking);
        Assert.Contains("next 1\n", asked.Log, StringComparison.Ordinal);
        Assert.Empty(JsonNode.Parse(_place.Kubectl("exec", asked.Name, "--", "crik", "list", "-o", "json"))!["checkpoints"]!.AsArray());
    }

    [Fact]
    [Happens("roll-out", "without a server")]
    public void A_new_CRIK_PROGRAM_VERSION_in_a_Deployment_starts_the_program_afresh()
    {
        _place.Apply("configmap.yaml");
        _place.Apply("deployment-recreate.yaml");
        Workload server = new(_place, "build-server");
        PodSighting old = server.WaitForCount(3);
        _place.Kubectl("set", "env", "deployment/build-server", "CRIK_PROGRAM_VERSION=2");

        PodSighting rolledOut = server.WaitForSuccessorOf(old);
        Assert.Equal(1, rolledOut.First);
        Assert.Contains("belongs to another program", rolledOut.Log, StringComparison.Ordinal);
    }
}
