using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Restoring;

/// <summary>Compares the bind mounts of a checkpoint with those of a pod. A container runtime restores no container that lacks one of them.</summary>
public static class BindMounts
{
    /// <summary>What the kubelet mounts by itself, or lets the API server add to each pod.</summary>
    private static readonly string[] s_everywhere =
        ["/etc/hosts", "/var/run/secrets/kubernetes.io/serviceaccount", "/run/secrets/kubernetes.io/serviceaccount"];

    /// <summary>The mounts that the container of the pod would not have.</summary>
    public static IReadOnlyList<string> MissingIn(JsonObject pod, string container, IEnumerable<string> mounts)
    {
        JsonObject? found = pod.At("spec", "containers").Maps().FirstOrDefault(item => item.At("name").Text() == container);
        IEnumerable<string> own = found.At("volumeMounts").Maps().Select(static mount => mount.At("mountPath").Text()).OfType<string>();
        return [.. mounts.Except([.. s_everywhere, found.At("terminationMessagePath").Text() ?? "/dev/termination-log", .. own.Select(static path => path.TrimEnd('/'))])];
    }
}
