using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Crik.Kubectl.Yaml;

/// <summary>Writes new values in the style of the text that they are put into.</summary>
internal sealed class YamlWriter(YamlStyle style)
{
    /// <summary>A list of words that is not longer than this is written on one line.</summary>
    private const int LongestInline = 100;

    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>JSON on one line, without spaces. It is also YAML, in flow style.</summary>
    public static string Json(JsonNode? value)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter writer = new(buffer, s_json))
        {
            if (value is null)
            {
                writer.WriteNullValue();
            }
            else
            {
                value.WriteTo(writer);
            }
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>A value between brackets, or a word.</summary>
    /// <param name="column">Where the lines of JSON begin. Null means all on one line.</param>
    public string Flow(JsonNode? value, int? column = null) => value switch
    {
        _ when style.IsJson && column is { } at => Pretty(value, at),
        JsonObject map when !style.IsJson => $"{{{string.Join(", ", map.Select(pair => $"{Key(pair.Key)}: {Flow(pair.Value)}"))}}}",
        JsonArray list when !style.IsJson => $"[{string.Join(", ", list.Select(item => Flow(item)))}]",
        _ when style.IsJson => Spaced(value),
        _ => YamlScalars.Write(value),
    };

    public string FlowEntry(string key, JsonNode? value, int? column = null) => $"{Key(key)}: {Flow(value, column)}";

    /// <summary>An entry of a mapping in block style, with its indentation and without the last line break.</summary>
    public string Entry(int column, string key, JsonNode? value)
    {
        StringBuilder text = new();
        AddEntry(text.Append(' ', column), column, key, value);
        return text.ToString();
    }

    /// <summary>An item of a list in block style, with its indentation and without the last line break.</summary>
    public string Item(int column, JsonNode? value)
    {
        StringBuilder text = new();
        AddItem(text.Append(' ', column), column, value);
        return text.ToString();
    }

    private string Key(string key) => style.IsJson ? Json(JsonValue.Create(key)) : YamlScalars.WriteText(key);

    private void AddEntry(StringBuilder text, int column, string key, JsonNode? value)
    {
        text.Append($"{Key(key)}:");
        AddValue(text, column, value);
    }

    /// <summary>What follows a key: a word on the same line, or more lines.</summary>
    public void AddValue(StringBuilder text, int column, JsonNode? value)
    {
        if (Inline(value) is { } inline)
        {
            text.Append($" {inline}");
        }
        else if (value is JsonObject map)
        {
            foreach ((string key, JsonNode? inner) in map)
            {
                text.Append(style.NewLine).Append(' ', column + style.Step);
                AddEntry(text, column + style.Step, key, inner);
            }
        }
        else
        {
            int dash = style.ListsAreIndented ? column + style.Step : column;
            foreach (JsonNode? item in value!.AsArray())
            {
                AddItem(text.Append(style.NewLine).Append(' ', dash), dash, item);
            }
        }
    }

    private void AddItem(StringBuilder text, int column, JsonNode? value)
    {
        text.Append("- ");
        if (value is not JsonObject { Count: > 0 } map)
        {
            text.Append(Flow(value));
            return;
        }

        bool isFirst = true;
        foreach ((string key, JsonNode? inner) in map)
        {
            if (!isFirst)
            {
                text.Append(style.NewLine).Append(' ', column + 2);
            }

            AddEntry(text, column + 2, key, inner);
            isFirst = false;
        }
    }

    private string? Inline(JsonNode? value) => value switch
    {
        JsonObject { Count: > 0 } => null,
        JsonArray { Count: > 0 } list when list.All(static item => item is not (JsonObject or JsonArray)) && Flow(list) is { Length: <= LongestInline } flow => flow,
        JsonArray { Count: > 0 } => null,
        _ => Flow(value),
    };

    private static string Spaced(JsonNode? value) => value switch
    {
        JsonObject { Count: > 0 } map => $"{{{string.Join(", ", map.Select(pair => $"{Json(JsonValue.Create(pair.Key))}: {Spaced(pair.Value)}"))}}}",
        JsonArray { Count: > 0 } list => $"[{string.Join(", ", list.Select(Spaced))}]",
        _ => Json(value),
    };

    private string Pretty(JsonNode? value, int column)
    {
        string inner = style.NewLine + new string(' ', column + style.Step), end = style.NewLine + new string(' ', column);
        return value switch
        {
            JsonObject { Count: > 0 } map =>
                $"{{{inner}{string.Join("," + inner, map.Select(pair => $"{Json(JsonValue.Create(pair.Key))}: {Pretty(pair.Value, column + style.Step)}"))}{end}}}",
            JsonArray { Count: > 0 } list => $"[{inner}{string.Join("," + inner, list.Select(item => Pretty(item, column + style.Step)))}{end}]",
            _ => Json(value),
        };
    }
}
