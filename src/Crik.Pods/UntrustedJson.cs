using System.Text.Json;
using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods;

/// <summary>Parses JSON of strangers. What it returns can be read without an exception.</summary>
public static class UntrustedJson
{
    /// <returns>Null if it is no JSON object, an object in it has a key twice, or a text is no valid Unicode.</returns>
    public static JsonObject? ParseObject(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return JsonNode.Parse(utf8) is JsonObject map && !PodShape.IsUnreadable(map) ? map : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
