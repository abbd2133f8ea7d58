using System.Text.Encodings.Web;
using System.Text.Json;

namespace Crik.Json;

/// <summary>Writes JSON. In JSON for people a key is always there, and its value is null where nothing is known.</summary>
internal static class JsonOutput
{
    private static JsonWriterOptions ForPeople => new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The key of bytes that are no text.</summary>
    internal const string Bytes = "base64";

    public static string Print(Action<Utf8JsonWriter> write) => $"{Encoding.UTF8.GetString(JsonBytes.Write(write, ForPeople))}\n";

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

        json.WriteList(name, values, value => json.WriteStringValue(value));
    }

    /// <summary>
    /// Writes a path, or other bytes that need not be UTF-8, so that every byte can be read again: as text where it is text, and otherwise
    /// as an object that holds the bytes in base64.
    /// </summary>
    public static void WriteByteText(this Utf8JsonWriter json, string name, string value)
    {
        json.WritePropertyName(name);
        json.WriteByteTextValue(value);
    }

    public static void WriteByteTexts(this Utf8JsonWriter json, string name, IReadOnlyList<string> values) =>
        json.WriteList(name, values, json.WriteByteTextValue);

    public static void WriteList<T>(this Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            write(item);
        }

        json.WriteEndArray();
    }

    public static void WriteObjects<T>(this Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<T> write) =>
        json.WriteList(name, items, item =>
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        });

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

    private static void WriteByteTextValue(this Utf8JsonWriter json, string value)
    {
        if (ByteStrings.IsText(value))
        {
            json.WriteStringValue(value);
            return;
        }

        json.WriteStartObject();
        json.WriteBase64String(Bytes, ByteStrings.Encode(value));
        json.WriteEndObject();
    }
}
