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
        Assert.Contains("The pod web-0 still runs: the new one runs beside it", error, StringComparison.Ordinal);
        Assert.Contains("CRI-O does not pull the image", error, StringComparison.Ordinal);
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

    [Fact]
    public async Task An_image_of_another_namespace_is_refused()
    {
        using StandInHttpServer registry = Registry(Annotations + ",\"org.criu.checkpoint.pod.namespace\":\"bank\"");

        (int code, _, string error) = await _cluster.RunAsync("restore", $"127.0.0.1:{registry.Port}/team/c:1");

        Assert.Equal(1, code);
        Assert.Contains("is a checkpoint of a pod in the namespace bank, and the new pod would be in shop", error, StringComparison.Ordinal);
        Assert.Contains("restore it with -n bank", error, StringComparison.Ordinal);
        Assert.Empty(_cluster.Writes);
    }

    [Theory]
    [InlineData("/etc/hosts\\n/dev/termination-log\\n/var/run/secrets/kubernetes.io/serviceaccount\\n/data", null)]
    [InlineData("/data\\n/cache\\n/tmp/x", "the container app had mounts at /cache, /tmp/x when 127.0.0.1:")]
    public async Task A_pod_that_lacks_mounts_of_the_checkpoint_is_not_made(string mounts, string? because)
    {
        _cluster.AddPod("web-0", """{"containers": [{"name": "app", "image": "app:1", "volumeMounts": [{"name": "data", "mountPath": "/data/"}]}]}""");
        using StandInHttpServer registry = Registry($"{Annotations},\"crik.dev/bind-mounts\":\"{mounts}\"");

        (int code, _, string error) = await _cluster.RunAsync("restore", $"127.0.0.1:{registry.Port}/team/c:1");

        Assert.Equal(because is null ? 0 : 1, code);
        Assert.Contains(because ?? "", error, StringComparison.Ordinal);
        Assert.Equal(because is null ? 1 : 0, _cluster.Writes.Count);
    }

    [Fact]
    public async Task An_image_of_a_container_that_the_pod_does_not_have_is_refused()
    {
        _cluster.AddPod("web-0", """{"containers": [{"name": "web"}]}""");
        using StandInHttpServer registry = Registry(Annotations);

        Assert.Contains("is of the container app, and the pod has none of that name: it has web.", (await _cluster.RunAsync("restore", $"127.0.0.1:{registry.Port}/team/c:1")).Error, StringComparison.Ordinal);
        Assert.Empty(_cluster.Writes);
    }

    private static StandInHttpServer Registry(string annotations) => new(_ => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(StandInHttpServer.Http(
        $$"""{"schemaVersion":2,"config":{"digest":"sha256:0","size":1},"layers":[],"annotations":{ {{annotations}} } }""", type: "application/vnd.oci.image.manifest.v1+json"))));
}
