using Crik.Pods.Restoring;

namespace Crik.Pods.Tests.Restoring;

public sealed class ContainerRuntimeTests
{
    [Theory]
    [InlineData("containerd://2.1.9", "containerd", "2.1.9")]
    [InlineData("containerd 2.1.9", "containerd", "2.1.9")]
    [InlineData("containerd://v2.4.0-rc.1+unknown", "containerd", "2.4.0")]
    [InlineData("containerd://1.7.24~ds1-6+b4", "containerd", "1.7.24")]
    [InlineData("cri-o://1.37.0", "cri-o", "1.37.0")]
    [InlineData("CRI-O 1.37", "cri-o", "1.37.0")]
    [InlineData("crio://1.33.1-dev", "cri-o", "1.33.1")]
    [InlineData("containerd", "containerd", null)]
    [InlineData("containerd://next", "containerd", null)]
    [InlineData("docker://27.1.1", "docker", "27.1.1")]
    public void A_runtime_is_read_in_every_form_in_which_it_is_written(string text, string name, string? version)
    {
        ContainerRuntime runtime = ContainerRuntime.Parse(text)!;

        Assert.Equal((name, version), (runtime.Name, runtime.Version?.ToString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("://2.1")]
    [InlineData("2.1.9")]
    public void A_text_without_a_runtime_is_none(string? text) => Assert.Null(ContainerRuntime.Parse(text));
}
