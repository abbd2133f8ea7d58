using System.Text;
using System.Text.Json.Nodes;

namespace Crik.Kubectl.Tests.Commands;

/// <summary>Restores an image of which there is no PodCheckpoint: its annotations say what it is.</summary>
public sealed class RestoreImageTests : IAsyncLifetime
{
    private const string Annotations = """
        "org.criu.checkpoint.container.name":"app","org.criu.checkpoint.pod.name":"web-0","org.criu.checkpoint.engine.name":"CRI-O",
        "org.criu.checkpoint.engine.version":"1.37.0","org.criu.checkpoint.host.arch":"amd64"
        """;

    private FakeCluster _cluster = null!;

    public async Task InitializeAsync()
    {
        _cluster = await FakeCluster.StartAsync();
        _cluster.AddPod("web-0", """{"containers": [{"name": "app", "image": "app:1"}]}""");
        _cluster.Add("/api/v1/nodes/worker-1", SavedPods.Node("worker-1", "containerd://2.1.9"));
        _cluster.Add("/api/v1/nodes/worker-2", SavedPods.Node("worker-2", "cri-o://1.37.0"));
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task The_pod_that_the_image_names_is_made_again_on_a_node_with_its_runtime()
    {
        using StandInHttpServer registry = Registry(Annotations);

        (int code, _, string error) = await _cluster.RunAsync("restore", $"127.0.0.1:{registry.Port}/team/c:1");

        Assert.True(code == 0, error);
        JsonObject pod = _cluster.Find("/api/v1/namespaces/shop/pods/web-0-restored")!;
        Assert.Matches($@"^127\.0\.0\.1:{registry.Port}/team/c@sha256:[0-9a-f]{{64}}$", (string?)pod["spec"]!["containers"]![0]!["image"]);
        Assert.Contains("worker-2", pod["spec"]!["affinity"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("worker-1", pod["spec"]!["affinity"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is no checkpoint image: its manifest has neither the annotation")]
    [InlineData("\"org.criu.checkpoint.container.name\":\"app\"", "does not say of which pod it is a checkpoint")]
    [InlineData("\"org.criu.checkpoint.container.name\":\"app\",\"org.criu.checkpoint.pod.name\":\"gone\"", "pod gone no longer exists")]
    public async Task An_image_that_says_too_little_makes_no_pod(string annotations, string because)
    {
        using StandInHttpServer registry = Registry(annotations);

        (int code, _, string error) = await _cluster.RunAsync("restore", $"127.0.0.1:{registry.Port}/team/c:1");

        Assert.Equal(1, code);
        Assert.Contains(because, error, StringComparison.Ordinal);
        Assert.Empty(_cluster.Writes);
    }

    private static StandInHttpServer Registry(string annotations) => new(_ => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(StandInHttpServer.Http(
        $$"""{"schemaVersion":2,"config":{"digest":"sha256:0","size":1},"layers":[],"annotations":{ {{annotations}} } }""", type: "application/vnd.oci.image.manifest.v1+json"))));
}
