using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Crik.Json;

/// <summary>What JSON for people has in common: a key is always there, null where nothing is known. And how lists are written.</summary>
internal static class JsonOutput
{
    private static JsonWriterOptions ForPeople => new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
}
