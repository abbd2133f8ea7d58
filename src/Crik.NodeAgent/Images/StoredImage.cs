using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Crik.Images;
using Crik.Pods.Reading;

namespace Crik.NodeAgent.Images;

/// <summary>Says whether a manifest in a registry is that of a checkpoint, and what else has to be there then. It is pure.</summary>
internal static partial class StoredImage
{
    /// <returns>The digests of the configuration and the layer. Null if the manifest is that of something else.</returns>
    public static IReadOnlyList<string>? BlobsOf(byte[] manifest, ImageOrder order)
    {
        JsonNode? image;
        try
        {
            image = JsonNode.Parse(manifest);
        }
        catch (JsonException)
        {
            return null;
        }

        (string space, string pod, string container) = order.Container.Name;
        JsonObject[] layers = [.. image.At("layers").Maps()];
        return CheckpointImage.IdentityOf(space, pod, order.Container.PodUid, container, order.Runtime)
                .All(wanted => image.At("annotations", wanted.Key).Text() == wanted.Value)
            && layers is [var layer] && IsEncrypted(layer) == order.EncryptionSecret is not null
            && image.At("config", "digest").Text() is { } config && Digest().IsMatch(config)
            && layer.At("digest").Text() is { } content && Digest().IsMatch(content)
                ? [config, content] : null;
    }

    private static bool IsEncrypted(JsonObject layer) => layer.At("mediaType").Text()?.EndsWith("+encrypted", StringComparison.Ordinal) is true;

    [GeneratedRegex("^sha256:[0-9a-f]{64}$")]
    private static partial Regex Digest();
}
