using System.Text.Encodings.Web;
using System.Text.Json;

namespace Crik.Inspection;

/// <summary>What all JSON of crik's commands has in common: a key is always there, null where nothing is known.</summary>
internal static class JsonOutput
{
    public static JsonWriterOptions Options => new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void WriteText(this Utf8JsonWriter json, string name, string? value)
    {
        if (value is null)
        {
            json.WriteNull(name);
        }
        else
        {
            json.WriteString(name, value);
        }
    }

    public static void WriteTexts(this Utf8JsonWriter json, string name, IReadOnlyList<string>? values)
    {
        if (values is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    public static void WriteMilliseconds(this Utf8JsonWriter json, string name, TimeSpan? time)
    {
        if (time is { } span)
        {
            json.WriteNumber(name, (long)span.TotalMilliseconds);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
