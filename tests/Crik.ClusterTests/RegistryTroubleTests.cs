using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>Tests that a checkpoint becomes an image in the end, whatever trouble its registry has.</summary>
[Collection(nameof(Cluster))]
public sealed class RegistryTroubleTests : IDisposable
{
    private const string Node = "node-1";

    private readonly Cluster _cluster;
    private readonly ITestOutputHelper _output;
    private readonly TestNamespace _place;
    private readonly SavedProgram _program;
    private readonly string _word;

    public RegistryTroubleTests(Cluster cluster, ITestOutputHelper output)
    {
        (_cluster, _output, _place) = (cluster, output, new TestNamespace(cluster));
        _program = new SavedProgram(_place, "static", cluster.Operator.Image("static"));
        _program.Start(Node);
        _program.WaitUntilItRuns();
        _word = _program.Counted().Word;
    }

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("slow")]
    [InlineData("429")]
    [InlineData("500")]
    [InlineData("503")]
    public void Trouble_that_passes_is_waited_for(string kind)
    {
        using TroubledRegistry registry = new(_cluster);
        registry.Have(kind);

        Request("one", TroubledRegistry.Name);
        Eventually.True(() => registry.Count >= 3, "the registry had trouble three times");
        registry.Have("");

        AssertThatItGoesOn("one");
    }

    [Theory]
    [InlineData("401", "wants a credential")]
    [InlineData("drops", "se another registry")]
    public void Trouble_that_stays_is_told_and_the_archive_is_kept_until_it_is_over(string kind, string message)
    {
        using TroubledRegistry registry = new(_cluster);
        registry.Have(kind);

        Request("one", TroubledRegistry.Name);
        WaitForMessage("one", message);
        Assert.NotEqual("", _place.ArchivesOn(Node));
        registry.Have("");

        AssertThatItGoesOn("one");
    }

    [Fact]
    public void A_registry_without_room_gets_the_image_when_it_has_room()
    {
        using FullRegistry registry = new();

        Request("one", FullRegistry.Name);
        WaitForMessage("one", "has no room");
        Assert.NotEqual("", _place.ArchivesOn(Node));
        FullRegistry.MakeRoom();

        AssertThatItGoesOn("one");
    }

    [Fact]
    public void A_registry_that_hangs_does_not_hold_the_images_for_another_one()
    {
        using TroubledRegistry registry = new(_cluster);
        registry.Have("hangs");

        Request("held", TroubledRegistry.Name);
        Eventually.True(() => registry.Count >= 1, "the registry hangs");
        Request("free", "registry.lab");
        WaitUntilReady("free");
        registry.Have("");

        AssertThatItGoesOn("held");
    }

    private void Request(string name, string registry) => _place.ApplyText($$"""
        apiVersion: crik.dev/v1alpha1
        kind: PodCheckpoint
        metadata: {name: {{name}}}
        spec: {pod: {{_program.Pod}}, engine: kubelet, repository: {{registry}}/{{_place.Name}}/{{name}}}
        """);

    /// <summary>The image is the only one, nothing is left on the node, and the program goes on from it.</summary>
    private void AssertThatItGoesOn(string name)
    {
        WaitUntilReady(name);
        Assert.Equal("", _place.ArchivesOn(Node));
        JsonNode checkpoint = _program.Checkpoint(name);
        _output.WriteLine(checkpoint["status"]!.ToJsonString());
        _program.Delete();
        _program.Restore(checkpoint, Node, 1);
        Assert.Equal(_word, _program.Counted().Word);
    }

    private void WaitUntilReady(string name) =>
        Eventually.True(() => Conditions(name).Any(one => (string)one!["type"]! == "Ready" && (string)one["status"]! == "True"), $"{name} is ready");

    private void WaitForMessage(string name, string text) => Eventually.True(
        () => Conditions(name).Any(one => (string)one!["type"]! == "Pushed" && ((string)one["message"]!).Contains(text, StringComparison.Ordinal)), $"{name} tells: {text}");

    private JsonArray Conditions(string name) => _program.Checkpoint(name)["status"]?["conditions"]?.AsArray() ?? [];
}
