using System.Formats.Tar;
using System.Text;

namespace Crik.Images.Tests;

/// <summary>Makes archives as the container runtimes write them, with what a test wants to be different.</summary>
internal static class Archives
{
    public const string Digest = "sha256:dbbfa74eb153266d4374831b0a6343ed84d3f9a4b37050748db89914c6b88e49";

    public const string Log = """
        (00.000000) CRIU run id = 1
        (00.000037) Version: 4.3 (gitid 0)
        (00.000044) Running on node-1 Linux 6.18.44-a #1 SMP @0 x86_64

        """;

    public const string ContainerdConfiguration = $$"""
        {"id":"d07c","name":"app_static-1_default_e660_0","rootfsImage":"sha256:fddf","rootfsImageRef":"registry.lab/plain@{{Digest}}",
        "rootfsImageName":"registry.lab/plain:1","runtime":"io.containerd.runc.v2","checkpointedTime":"2026-11-23T18:32:36.304240496Z"}
        """;

    public const string ContainerdSpecification = """
        {"ociVersion":"1.2.1","annotations":{"io.kubernetes.cri.container-name":"app","io.kubernetes.cri.container-type":"container",
        "io.kubernetes.cri.image-name":"registry.lab/plain:1","io.kubernetes.cri.sandbox-id":"af5f","io.kubernetes.cri.sandbox-name":"static-1",
        "io.kubernetes.cri.sandbox-namespace":"default","io.kubernetes.cri.sandbox-uid":"e660"},
        "mounts":[{"destination":"/proc","type":"proc"},{"destination":"/etc/resolv.conf","type":"bind"},{"destination":"/etc/hosts","type":"bind"},
        {"destination":"/data","type":"bind","source":"/var/lib/kubelet/pods/1/volumes/data"}]}
        """;

    public const string CriOConfiguration = $$"""
        {"id": "30f3", "name": "k8s_app_static-2_default_5122_0", "rootfsImage": "fddf", "rootfsImageRef": "fddf",
        "rootfsImageName": "registry.lab/plain@{{Digest}}", "runtime": "runc", "checkpointedTime": "2026-11-23T18:32:37Z"}
        """;

    public const string CriOSpecification = $$"""
        {"annotations":{"io.container.manager":"cri-o","io.kubernetes.cri-o.Metadata":"{\"name\":\"app\"}","io.kubernetes.pod.name":"static-2",
        "io.kubernetes.pod.namespace":"default","io.kubernetes.pod.uid":"5122","io.kubernetes.cri-o.SandboxID":"1633",
        "io.kubernetes.cri-o.ImageName":"registry.lab/plain@{{Digest}}"},"mounts":[{"destination":"/run/.containerenv","type":"bind"}]}
        """;

    public const string PodmanSpecification = """{"annotations":{"io.container.manager":"libpod"}}""";

    /// <summary>A checkpoint of containerd, with other or further members. A member without content is left out.</summary>
    public static byte[] Containerd(params ReadOnlySpan<(string Name, string? Content)> others)
    {
        Dictionary<string, string?> members = new()
        {
            ["checkpoint/"] = "",
            ["checkpoint/inventory.img"] = "inventory",
            ["checkpoint/pages-1.img"] = new string('p', 5000),
            ["config.dump"] = ContainerdConfiguration,
            ["dump.log"] = Log,
            ["rootfs-diff.tar"] = "difference",
            ["spec.dump"] = ContainerdSpecification,
        };
        foreach ((string name, string? content) in others)
        {
            members[name] = content;
        }

        return Tar([.. members.Where(member => member.Value is not null).Select(member => (member.Key, member.Value!))]);
    }

    public static byte[] CriO() => Containerd(("config.dump", CriOConfiguration), ("spec.dump", CriOSpecification));

    /// <summary>A tar archive with these members, in this order. A name with a slash at its end is that of a directory.</summary>
    public static byte[] Tar(params ReadOnlySpan<(string Name, string Content)> members)
    {
        using MemoryStream archive = new();
        using (TarWriter writer = new(archive, TarEntryFormat.Ustar))
        {
            foreach ((string name, string content) in members)
            {
                TarEntryType type = name.EndsWith('/') ? TarEntryType.Directory : TarEntryType.RegularFile;
                UstarTarEntry entry = new(type, name) { ModificationTime = DateTimeOffset.UnixEpoch };
                if (type is TarEntryType.RegularFile)
                {
                    entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content));
                }

                writer.WriteEntry(entry);
            }
        }

        return archive.ToArray();
    }

    /// <summary>A checkpoint of containerd with one more member before the others, which another program made.</summary>
    public static byte[] WithEntry(TarEntry entry)
    {
        using MemoryStream archive = new();
        using (TarWriter writer = new(archive, entry.Format, leaveOpen: true))
        {
            writer.WriteEntry(entry);
        }

        return [.. archive.ToArray()[..^1024], .. Containerd()];
    }

    public static Task<CheckpointArchive> ReadAsync(byte[] archive, ArchiveLimits? limits = null) =>
        CheckpointArchive.ReadAsync(new MemoryStream(archive), limits ?? ArchiveLimits.Default, CancellationToken.None);

    /// <returns>The exception with which the archive is refused for this reason.</returns>
    public static async Task<ImageException> RefusedAsync(ImageFailure expected, byte[] archive, ArchiveLimits? limits = null)
    {
        ImageException exception = await Assert.ThrowsAsync<ImageException>(() => ReadAsync(archive, limits));
        Assert.Equal(expected, exception.Failure);
        return exception;
    }
}
