using System.Security.Cryptography;
using System.Text.Json;

namespace Crik.Images.Manifests;

/// <summary>Writes the configuration and the manifest of an image with one layer. The same facts give the same bytes.</summary>
internal static class ImageDocuments
{
    public static byte[] Configuration(DateTimeOffset? created, string architecture, LayerFacts layer) => JsonSerializer.SerializeToUtf8Bytes(
        new ConfigurationDocument(created, architecture, "linux", new Dictionary<string, string>(), new RootFileSystemDocument("layers", [layer.DiffId])),
        ManifestJson.Default.ConfigurationDocument);

    public static byte[] Manifest(byte[] configuration, DescriptorDocument layer, IReadOnlyDictionary<string, string> annotations)
    {
        string digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(configuration));
        DescriptorDocument config = new(CheckpointImage.ConfigurationMediaType, digest, configuration.Length);
        return JsonSerializer.SerializeToUtf8Bytes(
            new ManifestDocument(2, CheckpointImage.ManifestMediaType, config, [layer], annotations), ManifestJson.Default.ManifestDocument);
    }
}
