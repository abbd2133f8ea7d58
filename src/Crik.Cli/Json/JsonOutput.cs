using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Crik.Json;

/// <summary>Writes JSON. In JSON for people a key is always there, and its value is null where nothing is known.</summary>
internal static class JsonOutput
{
    public static JsonWriterOptions ForPeople => new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, options))
        {
            write(json);
        }

        return bytes.WrittenSpan.ToArray();
    }

    /// <param name="write">Writes the fields of one object.</param>
    public static string Print(Action<Utf8JsonWriter> write) => Encoding.UTF8.GetString(Write(
        json =>
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        },
        ForPeople)) + "\n";

    public static void WriteTexts(this Utf8JsonWriter json, string name, IReadOnlyList<string>? values)
    {
        json.WritePropertyName(name);
        if (values is null)
        {
            json.WriteNullValue();
        }
        else
        {
            JsonKinds.ListOf(JsonKinds.Text).Write(json, values);
        }
    }

    public static void WriteObjects<T>(this Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (T item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteMilliseconds(this Utf8JsonWriter json, string name, TimeSpan? time)
    {
        json.WritePropertyName(name);
        if (time is { } span)
        {
            json.WriteNumberValue((long)span.TotalMilliseconds);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
