using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Crik.Kubectl.Yaml;

/// <summary>
/// What a word without quotes means to kubectl, which reads YAML 1.1 as go-yaml v2 does (resolve.go), and which words
/// therefore need quotes when they are strings.
/// </summary>
internal static partial class YamlScalars
{
    public static JsonNode? Resolve(string word)
    {
        switch (word)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y":
                return JsonValue.Create(true);
            case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N":
                return JsonValue.Create(false);
        }

        if (!char.IsAsciiDigit(word[0]) && word[0] is not ('+' or '-' or '.'))
        {
            return JsonValue.Create(word);
        }

        string digits = word.Replace("_", "", StringComparison.Ordinal);
        return Whole(digits) is { } whole ? JsonValue.Create(whole)
            : Decimals().IsMatch(digits) && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
                ? JsonValue.Create(number)
            : JsonValue.Create(word);
    }

    /// <summary>Writes a value on one line.</summary>
    public static string Write(JsonNode? scalar) => scalar is JsonValue value && value.TryGetValue(out string? text) ? WriteText(text) : scalar?.ToJsonString() ?? "null";

    /// <summary>Writes a string without quotes if that means the same string everywhere, and with quotes otherwise.</summary>
    public static string WriteText(string text) =>
        Plain().IsMatch(text) && Resolve(text) is JsonValue value && value.TryGetValue(out string? read) && read == text && !Date().IsMatch(text) ? text
        : WriteQuoted(text, '\'') ?? YamlWriter.Json(JsonValue.Create(text));

    /// <returns>Null if these are no quotes, or the text cannot stand between them.</returns>
    public static string? WriteQuoted(string text, char quote) => quote switch
    {
        '"' when !text.Any(char.IsSurrogate) => YamlWriter.Json(JsonValue.Create(text)), // JSON would write two escapes, and YAML wants one
        '\'' when !text.Any(static letter => char.IsControl(letter) || letter is '\u2028' or '\u2029' or '\ufeff' or '\u0085') =>
            $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
        _ => null,
    };

    private static long? Whole(string digits)
    {
        Match match = Integer().Match(digits);
        if (!match.Success)
        {
            return null;
        }

        (string body, int radix) = match.Groups["body"].Value switch
        {
            ['0', 'x' or 'X', .. var hexadecimal] => (hexadecimal, 16),
            ['0', 'b' or 'B', .. var binary] => (binary, 2),
            ['0', 'o' or 'O', .. var octal] => (octal, 8),
            ['0', _, ..] and var octal when octal.All(static digit => digit < '8') => (octal, 8),
            var plain => (plain, 10),
        };
        try
        {
            return (match.Groups["sign"].Value == "-" ? -1 : 1) * (radix == 10 ? long.Parse(body, CultureInfo.InvariantCulture) : Convert.ToInt64(body, radix));
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"\A(?<sign>[-+]?)(?<body>0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|[0-9]+)\z")]
    private static partial Regex Integer();

    [GeneratedRegex(@"\A[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\z")]
    private static partial Regex Decimals();

    /// <summary>A word that is the same string in block and in flow style. Everything that is not surely so gets quotes.</summary>
    [GeneratedRegex(@"\A(?:[A-Za-z0-9/_.$(+][A-Za-z0-9/_.$()@=+%~;^*-]*(?:[: ](?=[A-Za-z0-9/_.$(@=+%~-])[A-Za-z0-9/_.$()@=+%~;^*-]+)*|--?[A-Za-z0-9/_.$()=+-]*[A-Za-z0-9/_]|--)\z")]
    private static partial Regex Plain();

    /// <summary>Some readers take these for times, and numbers with colons for sexagesimal ones.</summary>
    [GeneratedRegex(@"\A[-+]?[0-9][0-9_]*(?:[-:].*|\.)\z")]
    private static partial Regex Date();
}
