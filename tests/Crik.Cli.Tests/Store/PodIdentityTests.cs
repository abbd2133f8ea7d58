using Crik.Linux;
using Crik.Store;

namespace Crik.Tests.Store;

public sealed class PodIdentityTests
{
    private const string Uid = "6f1c3b52-3f0e-4c43-9a51-0d6a3e1f2b7c";

    [Theory]
    [InlineData("/var/lib/kubelet/pods/" + Uid + "/etc-hosts", "/etc/hosts", Uid)]
    [InlineData("/pods/" + Uid + "/etc-hosts", "/etc/hosts", Uid)] // /var/lib/kubelet is a file system of its own
    [InlineData("/var/lib/kubelet/pods/" + Uid + "/containers/app/1f2e3d4c", "/dev/termination-log", Uid)]
    [InlineData("/var/lib/kubelet/pods/b1946ac92492d2347c6235b4d2611184/etc-hosts", "/etc/hosts", "b1946ac92492d2347c6235b4d2611184")]
    [InlineData("/var/lib/kubelet/pods/" + Uid + "/volumes/kubernetes.io~csi/data/mount", "/data", null)] // may be a pod's host path
    [InlineData("/var/lib/docker/containers/1f2e3d4c/hosts", "/etc/hosts", null)]
    [InlineData("/home/me/pods/notes/etc-hosts", "/etc/hosts", null)]
    [InlineData("/pods", "/data", null)]
    public void The_kubelet_s_mounts_tell_the_UID_of_the_pod(string root, string point, string? expected)
    {
        Mount mount = Mount.Parse($"1 0 8:1 {root} {point} rw - ext4 /dev/sda1 rw")!;

        Assert.Equal(expected, PodIdentity.UidIn([mount]));
    }
}
