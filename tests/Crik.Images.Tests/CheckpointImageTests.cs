using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;

namespace Crik.Images.Tests;

public sealed class CheckpointImageTests
{
    public static TheoryData<LayerCompression, bool, string> Forms => new()
    {
        { LayerCompression.None, false, "application/vnd.oci.image.layer.v1.tar" },
        { LayerCompression.Gzip, false, "application/vnd.oci.image.layer.v1.tar+gzip" },
        { LayerCompression.None, true, "application/vnd.oci.image.layer.v1.tar+encrypted" },
        { LayerCompression.Gzip, true, "application/vnd.oci.image.layer.v1.tar+gzip+encrypted" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_layer_that_is_opened_again_has_the_same_bytes(LayerCompression compression, bool encrypted, string mediaType)
    {
        byte[] archive = Images.LargeArchive(1000);
        CheckpointImage image = await Images.OfAsync(archive, Options(compression, encrypted));

        byte[] first = await Images.LayerAsync(image);
        LayerFacts facts = image.Layer!;
        byte[] manifest = image.Manifest(facts);

        Assert.Equal(first, await Images.LayerAsync(image));
        Assert.Equal(manifest, image.Manifest(image.Layer!));
        Assert.Equal((OciLayout.DigestOf(first), first.Length, OciLayout.DigestOf(archive)), (facts.Digest, (int)facts.Size, facts.DiffId));
        Assert.Equal(mediaType, image.LayerMediaType);
    }

    [Fact]
    public async Task A_compressed_layer_is_the_archive_in_gzip_and_smaller()
    {
        byte[] archive = Images.LargeArchive(1000);

        byte[] layer = await Images.LayerAsync(await Images.OfAsync(archive, Options(LayerCompression.Gzip, false)));

        using MemoryStream plain = new();
        await new GZipStream(new MemoryStream(layer), CompressionMode.Decompress).CopyToAsync(plain);
        Assert.Equal(archive, plain.ToArray());
        Assert.InRange(layer.Length, 1, archive.Length * 3 / 4);
    }

    [Fact]
    public async Task The_number_of_processors_does_not_change_the_layer()
    {
        byte[] archive = Images.LargeArchive(1500);

        byte[][] layers = await Task.WhenAll(((int[])[1, 2, 7]).Select(async processors =>
            await Images.LayerAsync(await Images.OfAsync(archive, Options(LayerCompression.Gzip, false) with { Processors = processors }))));

        Assert.Equal(layers[0], layers[1]);
        Assert.Equal(layers[0], layers[2]);
    }

    [Fact]
    public async Task Bytes_that_do_not_compress_fit_too()
    {
        byte[] random = new byte[3 << 20];
        new Random(4).NextBytes(random);
        byte[] archive = [.. Archives.Tar(("checkpoint/pages-2.img", Convert.ToBase64String(random)))[..^1024], .. Archives.Containerd()];

        CheckpointImage image = await Images.OfAsync(archive, Options(LayerCompression.Gzip, false));
        byte[] layer = await Images.LayerAsync(image);

        Assert.Equal(OciLayout.DigestOf(layer), image.Layer!.Digest);
        using Layers.GzipMemberStream noise = new(new MemoryStream(random), 2);
        using MemoryStream plain = new();
        using MemoryStream compressed = new();
        await noise.CopyToAsync(compressed);
        compressed.Position = 0;
        await new GZipStream(compressed, CompressionMode.Decompress).CopyToAsync(plain);
        Assert.Equal(random, plain.ToArray());
    }

    [Fact]
    public async Task The_manifest_names_the_configuration_and_the_layer()
    {
        CheckpointImage image = await Images.OfAsync(Archives.Containerd());
        await Images.LayerAsync(image);
        byte[] configuration = image.Configuration(image.Layer!);

        JsonNode manifest = JsonNode.Parse(image.Manifest(image.Layer!))!;

        Assert.Equal((2, CheckpointImage.ManifestMediaType), ((int)manifest["schemaVersion"]!, (string?)manifest["mediaType"]));
        Assert.Equal((OciLayout.DigestOf(configuration), configuration.Length), ((string?)manifest["config"]!["digest"], (int)manifest["config"]!["size"]!));
        Assert.Equal((image.Layer!.Digest, image.Layer.Size), ((string?)manifest["layers"]![0]!["digest"], (long)manifest["layers"]![0]!["size"]!));
        Assert.Null(manifest["layers"]![0]!["annotations"]);
        Assert.Equal(image.Annotations.Select(one => $"{one.Key}={one.Value}"), manifest["annotations"]!.AsObject().Select(one => $"{one.Key}={one.Value}"));
    }

    [Fact]
    public async Task The_configuration_says_what_the_layer_is_and_when_it_was_saved()
    {
        CheckpointImage image = await Images.OfAsync(Archives.CriO(), new CheckpointImageOptions { Architecture = "arm64" });
        await Images.LayerAsync(image);

        Assert.Equal(
            """{"created":"2026-11-23T18:32:37+00:00","architecture":"arm64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["DIGEST"]}}"""
                .Replace("DIGEST", OciLayout.DigestOf(Archives.CriO()), StringComparison.Ordinal),
            JsonNode.Parse(image.Configuration(image.Layer!))!.ToJsonString(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
    }

    [Fact]
    public async Task The_annotations_for_containerd_are_those_of_checkpointctl()
    {
        CheckpointImage image = await Images.OfAsync(Archives.Containerd(), new CheckpointImageOptions { RuntimeVersion = "2.1.9" });

        Assert.Equal(
        [
            "container.name=app", "criu.version=40300", "engine.name=containerd", "engine.version=2.1.9", "host.arch=amd64", "host.kernel=6.18.44-a",
            "pod.id=af5f", "pod.name=static-1", "pod.namespace=default", "pod.uid=e660", "rawImageName=registry.lab/plain:1",
            $"rootfsImageID=registry.lab/plain@{Archives.Digest}", "rootfsImageName=registry.lab/plain:1",
            $"rootfsImageSha={Archives.Digest}", "rootfsImageUserRequested=sha256:fddf", "runtime.name=io.containerd.runc.v2",
        ], With(image, "org.criu.checkpoint."));
    }

    [Fact]
    public async Task The_bind_mounts_are_an_annotation_with_one_a_line() =>
        Assert.Equal(["bind-mounts=/etc/hosts\n/data"], With(await Images.OfAsync(Archives.Containerd(), new CheckpointImageOptions()), "crik.dev/"));

    [Fact]
    public async Task The_annotations_for_CRI_O_and_Podman_are_their_own()
    {
        CheckpointImage image = await Images.OfAsync(Archives.CriO(), new CheckpointImageOptions { RuntimeVersion = "1.37.0" });

        string name = $"registry.lab/plain@{Archives.Digest}";
        Assert.Equal(
            ["cri-o.version=1.37.0", "criu.version=40300", "name=app", $"rawImageName={name}", "rootfsImageID=fddf", $"rootfsImageName={name}"],
            With(image, "io.kubernetes.cri-o.annotations.checkpoint."));
        Assert.Equal(
            ["criu.version=40300", "host.arch=amd64", "host.kernel=6.18.44-a", "name=app", $"rawImageName={name}", "rootfsImageID=fddf",
                $"rootfsImageName={name}", "runtime.name=runc"],
            With(image, "io.podman.annotations.checkpoint."));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task An_archive_that_changed_its_size_is_not_stored(int change)
    {
        byte[] archive = Archives.Containerd();
        byte[] changed = change > 0 ? [.. archive, 0] : archive[..^1];
        CheckpointImage image = new(await Archives.ReadAsync(archive), () => new MemoryStream(changed), new CheckpointImageOptions());

        Assert.Equal(ImageFailure.Changed, (await Assert.ThrowsAsync<ImageException>(() => Images.LayerAsync(image))).Failure);
    }

    [Fact]
    public async Task An_archive_that_changed_between_two_readings_is_not_stored()
    {
        byte[] archive = Archives.Containerd();
        CheckpointImage image = await Images.OfAsync(archive);
        await Images.LayerAsync(image);
        archive[1100] ^= 1;

        Assert.Equal(ImageFailure.Changed, (await Assert.ThrowsAsync<ImageException>(() => Images.LayerAsync(image))).Failure);
    }

    [Fact]
    public async Task A_layer_that_was_not_read_to_its_end_is_not_known()
    {
        CheckpointImage image = await Images.OfAsync(Archives.Containerd());

        await using (Stream layer = image.OpenLayer())
        {
            Assert.Equal(100, await layer.ReadAtLeastAsync(new byte[100], 100));
        }

        Assert.Null(image.Layer);
    }

    private static CheckpointImageOptions Options(LayerCompression compression, bool encrypted) => new()
    {
        Compression = compression,
        Encryption = encrypted ? LayerEncryption.FromCertificate(TestCertificate.Rsa().Certificate) : null,
    };

    private static IEnumerable<string> With(CheckpointImage image, string prefix) =>
        image.Annotations.Where(one => one.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(one => $"{one.Key[prefix.Length..]}={one.Value}");
}
