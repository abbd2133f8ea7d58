using System.Text;
using System.Text.Json.Nodes;
using Crik.Kubernetes.Resources;
using Crik.Pods.Reading;

namespace Crik.Operator.Certificates;

/// <summary>The authorities in a MutatingWebhookConfiguration.</summary>
internal static class WebhookAuthorities
{
    /// <returns>The authorities as PEM. Null if the webhooks have none or different ones.</returns>
    public static string? Of(JsonObject configuration)
    {
        string?[] bundles = [.. configuration.At("webhooks").Maps().Select(webhook => webhook.At("clientConfig", "caBundle").Text()).Distinct()];
        Span<byte> decoded = bundles is [{ } only] ? new byte[only.Length] : default;
        return bundles is [{ Length: > 0 } text] && Convert.TryFromBase64String(text, decoded, out int length) ? Encoding.UTF8.GetString(decoded[..length]) : null;
    }

    /// <summary>Makes all webhooks of the configuration trust the authorities.</summary>
    public static Patch Publish(JsonObject configuration, string authorities)
    {
        JsonNode sameVersion = new JsonObject { ["op"] = "test", ["path"] = "/metadata/resourceVersion", ["value"] = configuration.At("metadata", "resourceVersion").Text() };
        JsonArray operations = new(sameVersion); // a collection expression would call a method that a native program cannot have
        string encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(authorities));
        int count = configuration.At("webhooks") is JsonArray webhooks ? webhooks.Count : 0;
        for (int i = 0; i < count; i++)
        {
            operations.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = $"/webhooks/{i}/clientConfig/caBundle", ["value"] = encoded });
        }

        return Patch.Json(operations);
    }
}
