using System.Text.Json.Nodes;

namespace Crik.Kubectl.Cluster;

/// <summary>Reads objects of the API server and answers of crik, whose fields may be missing or of another type.</summary>
internal static class JsonReading
{
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            node = (node as JsonObject)?[key];
        }

        return node;
    }

    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> keys) =>
        node.At(keys) is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static long? Number(this JsonNode? node, params ReadOnlySpan<string> keys) =>
        node.At(keys) is JsonValue value && value.TryGetValue(out long number) ? number : null;

    public static bool IsTrue(this JsonNode? node, params ReadOnlySpan<string> keys) =>
        node.At(keys) is JsonValue value && value.TryGetValue(out bool flag) && flag;

    public static IEnumerable<JsonObject> Objects(this JsonNode? node, params ReadOnlySpan<string> keys) =>
        node.At(keys) is JsonArray list ? list.OfType<JsonObject>() : [];

    public static IEnumerable<string> Texts(this JsonNode? node, params ReadOnlySpan<string> keys) =>
        node.At(keys) is JsonArray list ? list.Select(static item => item.Text()).OfType<string>() : [];

    public static string Name(this JsonNode? node) => node.Text("metadata", "name") ?? "";
}
