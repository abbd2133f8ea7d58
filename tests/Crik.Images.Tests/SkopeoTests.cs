using System.Text.Json.Nodes;

namespace Crik.Images.Tests;

/// <summary>Gives images to skopeo, which reads them with the libraries that CRI-O and Podman have.</summary>
public sealed class SkopeoTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly TestCertificate _reader = TestCertificate.Rsa();

    [Theory]
    [InlineData(LayerCompression.None)]
    [InlineData(LayerCompression.Gzip)]
    public async Task Who_has_the_key_decrypts_an_image(LayerCompression compression)
    {
        OciLayout encrypted = await WriteAsync(compression, LayerEncryption.FromCertificate(_reader.Certificate));
        OciLayout plain = await WriteAsync(compression, null);
        OciLayout decrypted = new(_directory.In("decrypted"));

        CommandResult result = Decrypt(encrypted, _reader, decrypted);

        Assert.True(result.ExitCode is 0, result.Errors);
        Assert.Equal((string?)plain.Layer["digest"], (string?)decrypted.Layer["digest"]);
        Assert.Equal((string?)plain.Layer["mediaType"], (string?)decrypted.Layer["mediaType"]);
        Assert.Equal(encrypted.Manifest["annotations"]!.ToJsonString(), decrypted.Manifest["annotations"]!.ToJsonString());
        Assert.Null(decrypted.Layer["annotations"]);
    }

    [Fact]
    public async Task Who_has_another_key_cannot_decrypt_an_image()
    {
        OciLayout encrypted = await WriteAsync(LayerCompression.None, LayerEncryption.FromCertificate(_reader.Certificate));

        CommandResult result = Decrypt(encrypted, TestCertificate.Rsa(), new OciLayout(_directory.In("decrypted")));

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("none of the private keys could be used", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_that_was_changed_is_not_decrypted()
    {
        OciLayout encrypted = await WriteAsync(LayerCompression.None, LayerEncryption.FromCertificate(_reader.Certificate));
        string layer = encrypted.BlobPath((string)encrypted.Layer["digest"]!);
        byte[] content = await File.ReadAllBytesAsync(layer);
        content[^1] ^= 1;
        await File.WriteAllBytesAsync(layer, content);

        CommandResult result = Decrypt(encrypted, _reader, new OciLayout(_directory.In("decrypted")));

        Assert.NotEqual(0, result.ExitCode);
    }

    [Theory]
    [InlineData(LayerCompression.None)]
    [InlineData(LayerCompression.Gzip)]
    public async Task The_layer_can_be_unpacked_and_is_the_archive(LayerCompression compression)
    {
        OciLayout image = await WriteAsync(compression, null);
        string unpacked = _directory.In("unpacked.tar");

        Skopeo("copy", image.Name, $"docker-archive:{unpacked}:crik:1"); // this form has layers without compression

        JsonNode manifest = JsonNode.Parse(Command.Output("tar", "xOf", unpacked, "manifest.json"))!;
        Assert.Equal(OciLayout.DigestOf(Images.LargeArchive(1000)), $"sha256:{Path.GetFileNameWithoutExtension((string)manifest[0]!["Layers"]![0]!)}");
    }

    [Fact]
    public async Task The_image_is_shown_with_its_time_and_platform()
    {
        JsonNode shown = JsonNode.Parse(Skopeo("inspect", (await WriteAsync(LayerCompression.None, null)).Name))!;

        Assert.Equal(("amd64", "linux", "2026-11-23T18:32:36.3042404Z"), ((string?)shown["Architecture"], (string?)shown["Os"], (string?)shown["Created"]));
    }

    public void Dispose() => _directory.Dispose();

    private static string Skopeo(params string[] arguments) => Command.Output("skopeo", ["--insecure-policy", .. arguments]);

    private CommandResult Decrypt(OciLayout encrypted, TestCertificate reader, OciLayout decrypted) =>
        Command.Run("skopeo", ["--insecure-policy", "copy", "--decryption-key", _directory.Write("key.pem", reader.Key), encrypted.Name, decrypted.Name]);

    private async Task<OciLayout> WriteAsync(LayerCompression compression, LayerEncryption? encryption)
    {
        OciLayout layout = new(_directory.In(encryption is null ? "plain" : "encrypted"));
        CheckpointImageOptions options = new() { Compression = compression, Encryption = encryption };
        await layout.WriteAsync(await Images.OfAsync(Images.LargeArchive(1000), options));
        return layout;
    }
}
