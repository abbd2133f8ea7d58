namespace Crik.Pods.Tests;

public sealed class ImageVolumesTests
{
    [Theory]
    [InlineData("v1.36.2", "containerd://2.1.9", true)]
    [InlineData("v1.35.1-gke.100", "containerd://2.2.0", true)]
    [InlineData("v1.36.2+k3s1", "cri-o://1.36.0", true)]
    [InlineData("v1.34.0", "containerd://2.1.9", false)]
    [InlineData("v1.36.2", "containerd://1.7.24", false)]
    [InlineData("v1.36.2", "docker://29.0.0", false)]
    [InlineData("v1.36.2", null, false)]
    [InlineData("", "containerd://2.1.9", false)]
    [InlineData("v1", "containerd://x", false)]
    public void A_node_has_image_volumes_if_kubelet_and_runtime_have_them(string kubelet, string? runtime, bool supported) =>
        Assert.Equal(supported, ImageVolumes.AreSupported(kubelet, runtime));
}
