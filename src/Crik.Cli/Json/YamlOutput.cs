using System.Text.Json;

namespace Crik.Json;

/// <summary>
/// Writes a JSON document as YAML, in blocks. A string that a reader of YAML 1.1 or 1.2 could take for anything else is quoted.
/// </summary>
internal static class YamlOutput
{
    private const string InPlainText = " _./+@%(),-";

    /// <summary>Words that are no strings for some readers, in any case.</summary>
    private static readonly string[] s_reserved = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];

    public static string Of(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        StringBuilder text = new();
        WriteFields(text, document.RootElement, indent: 0, isFirstInPlace: false);
        return text.Length > 0 ? text.ToString() : "{}\n";
    }

    /// <param name="isFirstInPlace">Whether the first field follows the dash of a list on the same line.</param>
    private static void WriteFields(StringBuilder text, JsonElement fields, int indent, bool isFirstInPlace)
    {
        foreach (JsonProperty field in fields.EnumerateObject())
        {
            text.Append(' ', isFirstInPlace ? 0 : indent);
            isFirstInPlace = false;
            WriteText(text, field.Name);
            text.Append(':');
            WriteValue(text, field.Value, indent);
        }
    }

    /// <summary>Writes what follows a key or a dash, to the end of its last line.</summary>
    private static void WriteValue(StringBuilder text, JsonElement value, int indent)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.EnumerateObject().MoveNext():
                text.Append('\n');
                WriteFields(text, value, indent + 2, isFirstInPlace: false);
                return;
            case JsonValueKind.Array when value.GetArrayLength() > 0:
                text.Append('\n');
                WriteItems(text, value, indent + 2);
                return;
            case JsonValueKind.String:
                text.Append(' ');
                WriteText(text, value.GetString()!);
                break;
            default:
                text.Append(' ').Append(value.GetRawText()); // numbers, true, false, null, {} and [] are the same in both
                break;
        }

        text.Append('\n');
    }

    private static void WriteItems(StringBuilder text, JsonElement items, int indent)
    {
        foreach (JsonElement item in items.EnumerateArray())
        {
            text.Append(' ', indent).Append('-');
            if (item.ValueKind == JsonValueKind.Object && item.EnumerateObject().MoveNext())
            {
                text.Append(' ');
                WriteFields(text, item, indent + 2, isFirstInPlace: true);
            }
            else
            {
                WriteValue(text, item, indent);
            }
        }
    }

    private static void WriteText(StringBuilder text, string value)
    {
        if (IsPlain(value))
        {
            text.Append(value);
            return;
        }

        text.Append('"');
        foreach (Rune rune in value.EnumerateRunes())
        {
            int code = rune.Value;
            if (code is '"' or '\\')
            {
                text.Append('\\').Append((char)code);
            }
            else if (code < 0x20 || code is >= 0x7f and < 0xa0 or 0x2028 or 0x2029 or 0xfeff or 0xfffe or 0xffff) // YAML 1.2, c-printable
            {
                text.Append($"\\u{code:x4}");
            }
            else
            {
                text.Append(rune.ToString());
            }
        }

        text.Append('"');
    }

    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || !(char.IsAsciiLetter(text[0]) || text[0] == '/') || text[^1] == ' ')
        {
            return false;
        }

        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !InPlainText.Contains(c))
            {
                return false;
            }
        }

        return Array.FindIndex(s_reserved, word => word.Equals(text, StringComparison.OrdinalIgnoreCase)) < 0;
    }
}
