using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Crik.Images.Layers;

namespace Crik.Images.Tests;

public sealed class EncryptionTests
{
    /// <summary>NIST SP 800-38A, F.5.5: CTR-AES256.Encrypt.</summary>
    [Fact]
    public void The_cipher_gives_what_the_standard_says()
    {
        byte[] key = Convert.FromHexString("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
        byte[] data = Convert.FromHexString(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");
        using CounterKeyStream cipher = new(key, Convert.FromHexString("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"));

        cipher.Apply(data);

        Assert.Equal(
            "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6",
            Convert.ToHexStringLower(data));
    }

    [Fact]
    public void The_counter_goes_on_over_its_end()
    {
        byte[] key = new byte[32];
        byte[] data = new byte[32];
        byte[] second = new byte[16];
        using CounterKeyStream last = new(key, [.. Enumerable.Repeat((byte)0xff, 16)]);
        using CounterKeyStream first = new(key, new byte[16]);

        last.Apply(data);
        first.Apply(second);

        Assert.Equal(second, data[16..]);
    }

    [Fact]
    public void It_does_not_matter_in_which_parts_data_come()
    {
        byte[] key = RandomNumberGenerator.GetBytes(32);
        byte[] whole = new byte[300_000];
        byte[] parts = new byte[300_000];
        using CounterKeyStream one = new(key, new byte[16]);
        using CounterKeyStream other = new(key, new byte[16]);

        one.Apply(whole);
        for (int at = 0, length = 1; at < parts.Length; at += length, length = Math.Min(length * 3 + 1, parts.Length - at))
        {
            other.Apply(parts.AsSpan(at, Math.Min(length, parts.Length - at)));
        }

        Assert.Equal(whole, parts);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")]
    public void What_is_no_certificate_is_refused(string pem) => Refused(pem, "kubernetes.io/tls");

    [Fact]
    public void A_certificate_without_an_RSA_key_is_refused() => Refused(TestCertificate.EllipticCurve().Certificate, "RSA");

    [Fact]
    public void A_certificate_with_a_short_key_is_refused() => Refused(TestCertificate.Rsa(1024).Certificate, "1024");

    [Fact]
    public async Task The_first_certificate_of_a_chain_counts()
    {
        TestCertificate first = TestCertificate.Rsa();
        string chain = first.Certificate + "\n" + TestCertificate.Rsa(3072).Certificate;
        CheckpointImage image = await Images.OfAsync(Archives.Containerd(), new CheckpointImageOptions { Encryption = LayerEncryption.FromCertificate(chain) });
        await Images.LayerAsync(image);
        using RSA key = RSA.Create();
        key.ImportFromPem(first.Key);

        JsonNode layer = JsonNode.Parse(image.Manifest(image.Layer!))!["layers"]![0]!;
        string wrapped = (string)layer["annotations"]!["org.opencontainers.image.enc.keys.jwe"]!;
        string encryptedKey = (string)JsonNode.Parse(Convert.FromBase64String(wrapped))!["encrypted_key"]!;

        Assert.Equal(32, key.Decrypt(Base64Url.DecodeFromChars(encryptedKey), RSAEncryptionPadding.OaepSHA1).Length);
    }

    [Fact]
    public async Task An_encrypted_layer_shows_nothing_of_the_archive()
    {
        byte[] archive = Archives.Containerd(("checkpoint/pages-1.img", "the secret of the program"));

        CheckpointImageOptions options = new()
        {
            Compression = LayerCompression.None,
            Encryption = LayerEncryption.FromCertificate(TestCertificate.Rsa().Certificate),
        };

        byte[] layer = await Images.LayerAsync(await Images.OfAsync(archive, options));

        Assert.Equal(archive.Length, layer.Length);
        Assert.Equal(-1, layer.AsSpan().IndexOf(Encoding.UTF8.GetBytes("secret")));
    }

    [Fact]
    public async Task Each_image_has_a_key_of_its_own()
    {
        CheckpointImageOptions options = new() { Encryption = LayerEncryption.FromCertificate(TestCertificate.Rsa().Certificate) };

        byte[] first = await Images.LayerAsync(await Images.OfAsync(Archives.Containerd(), options));

        Assert.NotEqual(first, await Images.LayerAsync(await Images.OfAsync(Archives.Containerd(), options)));
    }

    [Fact]
    public void A_key_does_not_print_itself() => Assert.Equal("LayerKey", LayerKey.Random().ToString());

    private static void Refused(string pem, string named)
    {
        ImageException exception = Assert.Throws<ImageException>(() => LayerEncryption.FromCertificate(pem));

        Assert.Equal(ImageFailure.BadCertificate, exception.Failure);
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }
}
