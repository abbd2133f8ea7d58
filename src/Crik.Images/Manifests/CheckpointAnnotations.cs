namespace Crik.Images.Manifests;

/// <summary>
/// The annotations of a checkpoint image. They are all that the sources of these programs know and an archive can tell:
/// `org.criu.checkpoint.*` of checkpointctl (lib/annotations.go; containerd 2.1 to 2.3 restores an image with
/// container.name), `io.kubernetes.cri-o.annotations.checkpoint.*` of CRI-O (internal/annotations/checkpoint.go; it
/// restores an image with name), `io.podman.annotations.checkpoint.*` of Podman (libpod/define/annotations.go; it restores
/// an image whose runtime.name is that of its own runtime). The versions of conmon, cgroups and distribution are
/// not in an archive, and no program reads them.
/// </summary>
internal static class CheckpointAnnotations
{
    private const string Criu = "org.criu.checkpoint.";
    private const string CriO = "io.kubernetes.cri-o.annotations.checkpoint.";
    private const string Podman = "io.podman.annotations.checkpoint.";

    /// <summary>The bind mounts of the container, one a line: `kubectl crik restore` refuses a pod that lacks one of them.</summary>
    private const string BindMounts = "crik.dev/bind-mounts";

    private const string NoName = "container";

    /// <summary>Of which container it is a checkpoint, and who made it.</summary>
    public static SortedDictionary<string, string> Identity(string? space, string? pod, string? podUid, string? container, string? runtime)
    {
        (string Key, string? Value)[] all =
        [
            (Criu + "container.name", container),
            (Criu + "pod.name", pod),
            (Criu + "pod.uid", podUid),
            (Criu + "pod.namespace", space),
            (Criu + "engine.name", runtime is null ? null : Engine(runtime)),
        ];
        return new(all.Where(static one => one.Value is not null).ToDictionary(static one => one.Key, static one => one.Value!), StringComparer.Ordinal);
    }

    public static IReadOnlyDictionary<string, string> Of(CheckpointArchive archive, CheckpointImageOptions options)
    {
        SortedDictionary<string, string> annotations = Identity(archive.Namespace, archive.Pod, archive.PodUid, archive.Container, archive.Runtime);
        void Add(string? value, params ReadOnlySpan<string> keys)
        {
            foreach (string key in value is null ? [] : keys)
            {
                annotations.Add(key, value!);
            }
        }

        // A runtime looks whether the name is there, so it is there even if the archive has none.
        annotations.TryAdd(Criu + "container.name", NoName);
        Add(archive.Container ?? NoName, CriO + "name", Podman + "name");
        Add(options.RuntimeVersion, Criu + "engine.version");
        Add(archive.Runtime is "cri-o" ? options.RuntimeVersion : null, CriO + "cri-o.version");
        Add(archive.Runtime is "podman" ? options.RuntimeVersion : null, Podman + "podman.version");
        Add(archive.PodId, Criu + "pod.id");
        Add(archive.ImageName, Criu + "rootfsImageName", CriO + "rootfsImageName", Podman + "rootfsImageName");
        Add(archive.ImageReference, Criu + "rootfsImageID", CriO + "rootfsImageID", Podman + "rootfsImageID");
        Add(archive.BaseImageDigest, Criu + "rootfsImageSha");
        Add(archive.RequestedImage, Criu + "rootfsImageUserRequested");
        Add(archive.BaseImage, Criu + "rawImageName", CriO + "rawImageName", Podman + "rawImageName");
        Add(archive.RuntimeName, Criu + "runtime.name", Podman + "runtime.name");
        Add(archive.CriuVersion, Criu + "criu.version", CriO + "criu.version", Podman + "criu.version");
        Add(options.Architecture, Criu + "host.arch", Podman + "host.arch");
        Add(archive.Kernel, Criu + "host.kernel", Podman + "host.kernel");
        Add(string.Join('\n', archive.BindMounts), BindMounts);
        return annotations;
    }

    /// <summary>The names that checkpointctl gives them (internal/container.go).</summary>
    private static string Engine(string runtime) => runtime switch
    {
        "cri-o" => "CRI-O",
        "podman" => "Podman",
        _ => runtime,
    };
}
