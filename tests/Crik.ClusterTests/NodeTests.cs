namespace Crik.ClusterTests;

/// <summary>Tests what pods expect of a node, whatever its runtime is.</summary>
[Collection(nameof(Cluster))]
[Trait("Runtimes", "both")]
public sealed class NodeTests(Cluster cluster) : IDisposable
{
    private readonly TestNamespace _place = new(cluster);

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("node-1")]
    [InlineData("node-2")]
    public void A_node_pulls_an_image_by_its_digest_from_the_registry(string node)
    {
        string image = Cluster.Control("push", cluster.Paths["PAUSE_IMAGE"]).Trim();
        Assert.Matches("^registry.lab/pause@sha256:[0-9a-f]{64}$", image);
        _place.Kubectl("run", "pulled", "--image", image, "--image-pull-policy=Always", "--overrides", $$$"""{"spec": {"nodeName": "{{{node}}}"}}""");

        Eventually.True(
            () => _place.Api.Read(_place.PathOf("api/v1", "pods/pulled"))["status"]!["containerStatuses"]?[0]!["state"]!["running"] is not null,
            $"{node} has pulled {image}");
        _place.Kubectl("delete", "pod", "pulled", "--grace-period=1", "--wait=false"); // its program does not end by itself
    }
}
