using Crik.Kubernetes.Watching;
using Crik.Operator.Configuration;
using Crik.Operator.Nodes;
using Crik.Pods;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crik.Operator.Tests.Nodes;

public sealed class BundleModesTests
{
    private readonly BundleModes _modes = new(null!, new OperatorOptions(), TimeProvider.System, NullLogger<BundleModes>.Instance);

    [Fact]
    public void Pods_get_an_image_volume_only_when_all_nodes_are_known_and_each_can_mount_it()
    {
        Assert.Equal(BundleMode.InitContainer, _modes.Current);

        See(ResourceChangeKind.ListBegins);
        See(ResourceChangeKind.Present, "new", "v1.36.0");
        Assert.Equal(BundleMode.InitContainer, _modes.Current);

        See(ResourceChangeKind.Listed);
        Assert.Equal(BundleMode.ImageVolume, _modes.Current);

        See(ResourceChangeKind.Present, "old", "v1.30.0");
        Assert.Equal(BundleMode.InitContainer, _modes.Current);

        See(ResourceChangeKind.Deleted, "old", "v1.30.0");
        Assert.Equal(BundleMode.ImageVolume, _modes.Current);
    }

    [Fact]
    public void A_node_that_is_no_longer_in_the_list_does_not_count()
    {
        See(ResourceChangeKind.Present, "old", "v1.30.0");
        See(ResourceChangeKind.ListBegins);
        See(ResourceChangeKind.Present, "new", "v1.36.0");
        See(ResourceChangeKind.Listed);

        Assert.Equal(BundleMode.ImageVolume, _modes.Current);
    }

    private void See(ResourceChangeKind kind, string? name = null, string? kubelet = null) => _modes.Seen(new ResourceChange<NodeDocument>(kind, null, name is null ? null : new NodeDocument
    {
        Metadata = new NodeMetadata { Name = name },
        Status = new NodeStatusDocument { NodeInfo = new NodeInfoDocument { KubeletVersion = kubelet, ContainerRuntimeVersion = "containerd://2.1.9" } },
    }));
}
