namespace Crik.Images.Tests;

public sealed class CheckpointArchiveTests
{
    [Fact]
    public async Task An_archive_of_containerd_says_what_was_saved()
    {
        CheckpointArchive archive = await Archives.ReadAsync(Archives.Containerd());

        Assert.Equal(("containerd", "default", "static-1", "e660", "app"), Container(archive));
        Assert.Equal(("d07c", "io.containerd.runc.v2"), (archive.ContainerId, archive.RuntimeName));
        Assert.Equal(("registry.lab/plain:1", Archives.Digest), (archive.BaseImage, archive.BaseImageDigest));
        Assert.Equal(("40300", "6.18.44-a"), (archive.CriuVersion, archive.Kernel));
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 18, 32, 36, TimeSpan.Zero).AddTicks(3042404), archive.CheckpointedAt);
        Assert.Equal(Archives.Containerd().Length, archive.Size);
    }

    [Fact]
    public async Task A_container_that_containerd_restored_has_its_own_name()
    {
        string specification = Archives.ContainerdSpecification.Replace("\"app\"", "\"containerd\"", StringComparison.Ordinal);
        const string Status = """{"metadata":{"name":"app"}}""";

        CheckpointArchive archive = await Archives.ReadAsync(Archives.Containerd(("spec.dump", specification), ("status.dump", Status)));

        Assert.True(archive.Is("default", "static-1", "app"));
    }

    [Fact]
    public async Task An_archive_of_CRI_O_says_what_was_saved()
    {
        CheckpointArchive archive = await Archives.ReadAsync(Archives.CriO());

        Assert.Equal(("cri-o", "default", "static-2", "5122", "app"), Container(archive));
        Assert.Equal(($"registry.lab/plain@{Archives.Digest}", Archives.Digest), (archive.BaseImage, archive.BaseImageDigest));
        Assert.Empty(archive.BindMounts);
    }

    [Fact]
    public async Task An_archive_of_Podman_has_no_pod()
    {
        const string Configuration = """{"name":"web","rootfsImageName":"docker.io/library/nginx:1"}""";

        CheckpointArchive archive = await Archives.ReadAsync(Archives.Containerd(("spec.dump", Archives.PodmanSpecification), ("config.dump", Configuration)));

        Assert.Equal(("podman", null, "web", "docker.io/library/nginx:1"), (archive.Runtime, archive.Pod, archive.Container, archive.BaseImage));
        Assert.Null(archive.CheckpointedAt);
    }

    [Fact]
    public async Task The_bind_mounts_are_those_that_the_pod_of_a_restore_must_have() =>
        Assert.Equal(["/etc/hosts", "/data"], (await Archives.ReadAsync(Archives.Containerd())).BindMounts);

    [Theory]
    [InlineData("default", "static-1", "app", true)]
    [InlineData("other", "static-1", "app", false)]
    [InlineData("default", "static", "app", false)]
    [InlineData("default", "static-1", "App", false)]
    public async Task An_archive_is_that_of_one_container_only(string @namespace, string pod, string container, bool expected) =>
        Assert.Equal(expected, (await Archives.ReadAsync(Archives.Containerd())).Is(@namespace, pod, container));

    [Fact]
    public async Task An_archive_that_cannot_seek_is_read_as_well()
    {
        await using ForwardOnlyStream stream = new(Archives.Containerd());

        CheckpointArchive archive = await CheckpointArchive.ReadAsync(stream, ArchiveLimits.Default, CancellationToken.None);

        Assert.Equal((Archives.Containerd().Length, "app"), ((int)archive.Size, archive.Container));
    }

    [Fact]
    public async Task A_leading_dot_in_names_changes_nothing()
    {
        byte[] archive = Archives.Tar(
            ("./", ""), ("./checkpoint/", ""), ("./checkpoint/inventory.img", "inventory"), ("./config.dump", Archives.ContainerdConfiguration),
            ("./spec.dump", Archives.ContainerdSpecification));

        Assert.Equal("app", (await Archives.ReadAsync(archive)).Container);
    }

    [Theory]
    [InlineData("config.dump")]
    [InlineData("spec.dump")]
    [InlineData("checkpoint/inventory.img")]
    public async Task An_archive_without_what_a_restore_needs_is_no_checkpoint(string missing)
    {
        ImageException exception = await Archives.RefusedAsync(ImageFailure.NotACheckpoint, Archives.Containerd((missing, null)));

        Assert.Contains(missing, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_of_an_unknown_runtime_is_refused() =>
        await Archives.RefusedAsync(ImageFailure.NotACheckpoint, Archives.Containerd(("spec.dump", "{}")));

    [Fact]
    public async Task A_log_that_says_nothing_is_no_obstacle()
    {
        CheckpointArchive archive = await Archives.ReadAsync(Archives.Containerd(("dump.log", "Version: x.y\nRunning on\n")));

        Assert.Equal((null, null), (archive.CriuVersion, archive.Kernel));
    }

    [Theory]
    [InlineData("4.1.1", "40101")]
    [InlineData("3.19-2", "31900")]
    public async Task The_version_of_criu_is_a_number_as_Podman_writes_it(string version, string number) =>
        Assert.Equal(number, (await Archives.ReadAsync(Archives.Containerd(("dump.log", $"(0) Version: {version} (gitid 0)\n")))).CriuVersion);

    [Theory]
    [InlineData("config.dump", "{")]
    [InlineData("config.dump", "null")]
    [InlineData("config.dump", """{"id":7}""")]
    [InlineData("config.dump", """{"id":"a\u001b[2J"}""")]
    [InlineData("spec.dump", """{"annotations":{"a":{}}}""")]
    [InlineData("status.dump", """{"metadata":"app"}""")]
    [InlineData("spec.dump", """{"annotations":{"io.container.manager":"cri-o","io.kubernetes.cri-o.Metadata":"{"}}""")]
    [InlineData("spec.dump", """{"annotations":{"io.kubernetes.cri.container-type":"container"},"mounts":[{"type":"bind","destination":"/a\u0000"}]}""")]
    public async Task A_document_that_cannot_be_understood_is_refused(string name, string content) =>
        await Archives.RefusedAsync(ImageFailure.BadDocument, Archives.Containerd((name, content)));

    [Fact]
    public async Task A_document_with_deep_nesting_is_refused() =>
        await Archives.RefusedAsync(ImageFailure.BadDocument, Archives.Containerd(("spec.dump", $"{{\"x\":{new string('[', 40)}{new string(']', 40)}}}")));

    [Fact]
    public async Task A_name_that_is_too_long_is_refused() =>
        await Archives.RefusedAsync(ImageFailure.BadDocument, Archives.Containerd(("config.dump", $$"""{"id":"{{new string('a', 1025)}}"}""")));

    private static (string Runtime, string? Namespace, string? Pod, string? PodUid, string? Container) Container(CheckpointArchive archive) =>
        (archive.Runtime, archive.Namespace, archive.Pod, archive.PodUid, archive.Container);
}
