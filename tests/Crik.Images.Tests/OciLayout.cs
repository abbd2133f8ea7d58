using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Crik.Images.Tests;

/// <summary>A checkpoint image as a directory (OCI image-spec, image-layout.md), which skopeo reads and writes.</summary>
internal sealed class OciLayout(string directory)
{
    private const string Tag = "latest";

    /// <summary>The name by which skopeo knows it.</summary>
    public string Name => $"oci:{directory}:{Tag}";

    public JsonNode Manifest => Read(BlobPath((string)Read(IndexPath)["manifests"]![0]!["digest"]!));

    public JsonNode Layer => Manifest["layers"]![0]!;

    private string IndexPath => Path.Combine(directory, "index.json");

    public static string DigestOf(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    public string BlobPath(string digest) => Path.Combine(directory, "blobs", digest.Replace(':', '/'));

    /// <summary>Writes an image as it would be pushed: the layer first, and then what names it.</summary>
    public async Task WriteAsync(CheckpointImage image)
    {
        Directory.CreateDirectory(Path.Combine(directory, "blobs", "sha256"));
        string unnamed = Path.Combine(directory, "layer");
        await using (FileStream file = File.Create(unnamed))
        await using (Stream layer = image.OpenLayer())
        {
            await layer.CopyToAsync(file);
        }

        File.Move(unnamed, BlobPath(image.Layer!.Digest));
        Blob(image.Configuration(image.Layer));
        byte[] manifest = image.Manifest(image.Layer);
        JsonObject descriptor = new()
        {
            ["mediaType"] = CheckpointImage.ManifestMediaType,
            ["digest"] = Blob(manifest),
            ["size"] = manifest.Length,
            ["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = Tag },
        };
        await File.WriteAllTextAsync(Path.Combine(directory, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        JsonObject index = new() { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(descriptor) };
        await File.WriteAllTextAsync(IndexPath, index.ToJsonString());
    }

    private string Blob(byte[] content)
    {
        string digest = DigestOf(content);
        File.WriteAllBytes(BlobPath(digest), content);
        return digest;
    }

    private static JsonNode Read(string path) => JsonNode.Parse(File.ReadAllBytes(path))!;
}
