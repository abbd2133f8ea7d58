namespace Crik.Pods;

/// <summary>Whether a node can mount an image as a volume. It is a pure rule.</summary>
public static class ImageVolumes
{
    /// <param name="kubelet">`status.nodeInfo.kubeletVersion`: `v1.36.2`, `v1.35.1-gke.100`.</param>
    /// <param name="runtime">`status.nodeInfo.containerRuntimeVersion`: `containerd://2.1.9`, `cri-o://1.36.0`.</param>
    /// <returns>
    /// True from Kubernetes 1.35 on, where the feature ImageVolume is on by default (KEP 4639), with a runtime that has such
    /// volumes: containerd from 2.1 on, and CRI-O from 1.33 on.
    /// </returns>
    public static bool AreSupported(string? kubelet, string? runtime) =>
        VersionIn(kubelet?.TrimStart('v')) >= new Version(1, 35)
        && runtime?.Split("://") is [var name, var version] && VersionIn(version) is { } known
        && name switch { "containerd" => known >= new Version(2, 1), "cri-o" => known >= new Version(1, 33), _ => false };

    /// <summary>Reads "1.36" from "1.36.2-rc.1+k3s1".</summary>
    private static Version? VersionIn(string? text)
    {
        string[] parts = (text ?? "").Split('.', 3);
        return parts.Length >= 2 && int.TryParse(parts[0], out int major) && int.TryParse(new string([.. parts[1].TakeWhile(char.IsAsciiDigit)]), out int minor)
            ? new Version(major, minor) : null;
    }
}
