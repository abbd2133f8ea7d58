using System.Text;

namespace Crik.Images.Archives;

/// <summary>
/// Which container was saved, by the annotations with which each runtime marks its containers: checkpointctl,
/// internal/container.go; containerd, internal/cri/annotations; CRI-O, internal/annotations.
/// </summary>
internal sealed record CheckpointedContainer(
    string Runtime, string? Namespace, string? Pod, string? PodUid, string? PodId, string? Container, string? ImageName)
{
    /// <param name="status">
    /// status.dump, which containerd alone writes. It has the right name of a container that containerd restored; the
    /// annotation of such a container says `containerd` (2.1.9, container_checkpoint_linux.go, CRImportCheckpoint).
    /// </param>
    public static CheckpointedContainer Of(ConfigDumpDocument configuration, SpecDumpDocument specification, StatusDumpDocument? status)
    {
        Dictionary<string, string> annotations = specification.Annotations ?? [];
        string? Value(string key) => ArchiveText.Checked(annotations.GetValueOrDefault(key), key);
        return annotations.GetValueOrDefault("io.container.manager") switch
        {
            "cri-o" => new CheckpointedContainer("cri-o", Value("io.kubernetes.pod.namespace"), Value("io.kubernetes.pod.name"), Value("io.kubernetes.pod.uid"),
                Value("io.kubernetes.cri-o.SandboxID"), NameInCriO(annotations), Value("io.kubernetes.cri-o.ImageName")),
            "libpod" => new CheckpointedContainer("podman", null, null, null, null, ArchiveText.Checked(configuration.Name, "name of config.dump"), null),
            null when annotations.ContainsKey("io.kubernetes.cri.container-type") => new CheckpointedContainer("containerd",
                Value("io.kubernetes.cri.sandbox-namespace"), Value("io.kubernetes.cri.sandbox-name"), Value("io.kubernetes.cri.sandbox-uid"),
                Value("io.kubernetes.cri.sandbox-id"), ArchiveText.Checked(status?.Metadata?.Name, "status.dump") ?? Value("io.kubernetes.cri.container-name"),
                Value("io.kubernetes.cri.image-name")),
            _ => throw new ImageException(ImageFailure.NotACheckpoint,
                "spec.dump in the archive has the annotations of no runtime that is known. containerd, CRI-O and Podman are."),
        };
    }

    private static string? NameInCriO(Dictionary<string, string> annotations)
    {
        const string Key = "io.kubernetes.cri-o.Metadata";
        return annotations.TryGetValue(Key, out string? metadata)
            ? ArchiveText.Checked(ArchiveText.Json(Encoding.UTF8.GetBytes(metadata), ArchiveJson.Default.ContainerMetadataDocument, Key).Name, Key) : null;
    }
}
