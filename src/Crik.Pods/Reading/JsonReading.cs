using System.Text.Json;
using System.Text.Json.Nodes;

namespace Crik.Pods.Reading;

/// <summary>Reads JSON of strangers: what is missing or of another kind reads as nothing, and nothing throws.</summary>
public static class JsonReading
{
    /// <summary>The value below these keys, or null.</summary>
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            node = node is JsonObject map && map.TryGetPropertyValue(key, out JsonNode? value) ? value : null;
        }

        return node;
    }

    public static string? Text(this JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    public static bool IsTrue(this JsonNode? node) => node?.GetValueKind() is JsonValueKind.True;

    public static bool IsFalse(this JsonNode? node) => node?.GetValueKind() is JsonValueKind.False;

    /// <summary>A whole number, whether it was parsed or made by code.</summary>
    public static long? Number(this JsonNode? node) =>
        node is not JsonValue value ? null : value.TryGetValue(out long wide) ? wide : value.TryGetValue(out int narrow) ? narrow : null;

    /// <summary>The items of a list that are objects.</summary>
    public static IEnumerable<JsonObject> Maps(this JsonNode? node) => (node as JsonArray ?? []).OfType<JsonObject>();

    /// <summary>The items of a list that are texts.</summary>
    public static IReadOnlyList<string> Texts(this JsonNode? node) => [.. (node as JsonArray ?? []).Select(Text).OfType<string>()];

    public static IReadOnlyDictionary<string, string> TextMap(this JsonNode? node)
    {
        Dictionary<string, string> map = new(StringComparer.Ordinal);
        foreach ((string key, JsonNode? value) in node as JsonObject ?? [])
        {
            if (value.Text() is { } text)
            {
                map[key] = text;
            }
        }

        return map;
    }

    public static JsonArray ToList(this IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)JsonValue.Create(text)!)];
}
