using Crik.Images.Archives;

namespace Crik.Images;

/// <summary>What a checkpoint archive of the kubelet says about itself, after all of it was found to be in order.</summary>
public sealed class CheckpointArchive
{
    private readonly ConfigDumpDocument _configuration;
    private readonly CheckpointedContainer _container;
    private readonly DumpLog _log;

    private CheckpointArchive(ArchiveContent content)
    {
        Size = content.Size;
        _configuration = ArchiveText.Json(content.Configuration, ArchiveJson.Default.ConfigDumpDocument, "config.dump");
        SpecDumpDocument specification = ArchiveText.Json(content.Specification, ArchiveJson.Default.SpecDumpDocument, "spec.dump");
        StatusDumpDocument? status = content.Status.IsEmpty ? null : ArchiveText.Json(content.Status, ArchiveJson.Default.StatusDumpDocument, "status.dump");
        _container = CheckpointedContainer.Of(_configuration, specification, status);
        _log = DumpLog.Parse(content.LogBeginning);
        BindMounts = BindMountList.Of(specification);
        ContainerId = Field(_configuration.Id, "id");
        RuntimeName = Field(_configuration.Runtime, "runtime");
        RequestedImage = Field(_configuration.RootfsImage, "rootfsImage");
        ImageReference = Field(_configuration.RootfsImageRef, "rootfsImageRef");
        ImageName = Field(_configuration.RootfsImageName, "rootfsImageName");
    }

    /// <summary>Who made the archive, and can restore it: containerd, cri-o or podman.</summary>
    public string Runtime => _container.Runtime;

    public string? Namespace => _container.Namespace;

    public string? Pod => _container.Pod;

    public string? PodUid => _container.PodUid;

    /// <summary>The name of the container in its pod. Podman, which knows no pods of Kubernetes, has names of its own.</summary>
    public string? Container => _container.Container;

    public string? ContainerId { get; }

    /// <summary>The image that the container was started from, by name. A restore pulls it.</summary>
    public string? BaseImage => _container.ImageName ?? ImageName;

    /// <summary>The digest of the manifest of that image, if the archive has it.</summary>
    public string? BaseImageDigest => BaseImageDigests.In(ImageReference) ?? BaseImageDigests.In(ImageName) ?? BaseImageDigests.In(BaseImage);

    public DateTimeOffset? CheckpointedAt => _configuration.CheckpointedAt is { Year: > 1 } time ? time : null;

    /// <summary>The name of the OCI runtime or of its handler, such as runc.</summary>
    public string? RuntimeName { get; }

    /// <summary>The version of criu as a number: 40101 for 4.1.1.</summary>
    public string? CriuVersion => _log.CriuVersion;

    /// <summary>The version of the kernel of the node.</summary>
    public string? Kernel => _log.Kernel;

    /// <summary>Where in the container were bind mounts. The pod of a restore needs the same ones.</summary>
    public IReadOnlyList<string> BindMounts { get; }

    /// <summary>The size of the archive in bytes.</summary>
    public long Size { get; }

    internal string? PodId => _container.PodId;

    internal string? RequestedImage { get; }

    internal string? ImageReference { get; }

    internal string? ImageName { get; }

    /// <summary>
    /// Reads an archive from begin to end. It extracts nothing, and needs only some headers of a file that can seek.
    /// </summary>
    /// <exception cref="ImageException">It is not a complete and harmless checkpoint archive.</exception>
    public static async Task<CheckpointArchive> ReadAsync(Stream archive, ArchiveLimits limits, CancellationToken cancellationToken) =>
        new(await ArchiveContent.ReadAsync(archive, limits, cancellationToken));

    /// <summary>Whether this is a checkpoint of that container. The archive says so itself; its file name says nothing.</summary>
    public bool Is(string @namespace, string pod, string container) => Namespace == @namespace && Pod == pod && Container == container;

    private static string? Field(string? text, string name) => ArchiveText.Checked(text, $"{name} of config.dump");
}
