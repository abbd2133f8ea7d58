using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Crik.Pods.Reading;

namespace Crik.Pods.Annotations;

/// <summary>One key of crik's configuration, as docs/configuration.schema.json describes it.</summary>
/// <param name="Name">Such as `hooks.afterRestore`.</param>
internal sealed record ConfigurationKey(string Name, JsonObject Schema)
{
    /// <summary>The environment variable of the key: CRIK_ and the name in upper snake case, as crik itself makes it.</summary>
    public string EnvironmentName { get; } = "CRIK_" + string.Concat(Name.Select((letter, i) =>
        (i > 0 && char.IsAsciiLetterUpper(letter) && BeginsWord(Name, i) ? "_" : "") + (letter == '.' ? '_' : char.ToUpperInvariant(letter))));

    /// <summary>Checks a value as it is written in the environment: the items of a list are separated by colons.</summary>
    /// <returns>What is wrong with it, to be put behind the name of the key, or null.</returns>
    public string? Refuse(string value) => Schema.At("type").Text() is "array"
        ? value.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(item => Refuse(item, Schema.At("items"))).FirstOrDefault(problem => problem is not null)
        : Refuse(value, Schema);

    private static string? Refuse(string value, JsonNode? schema)
    {
        string[] types = schema.At("type").Text() is { } type ? [type] : [.. schema.At("type").Texts()];
        if (types.Contains("integer") && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            return schema.At("minimum").Number() is { } least && number < least ? $"must be at least {least}, not {value}"
                : schema.At("maximum").Number() is { } most && number > most ? $"must be at most {most}, not {value}" : null;
        }

        if (types is ["integer"])
        {
            return $"must be a whole number, not '{value}'";
        }

        if (types is ["boolean"])
        {
            return value is "true" or "false" ? null : $"must be true or false, not '{value}'";
        }

        IReadOnlyList<string> choices = schema.At("enum").Texts();
        return choices.Count > 0 && !choices.Contains(value) ? $"must be one of {string.Join(", ", choices)}, not '{value}'"
            : value.Length < (schema.At("minLength").Number() ?? 0) ? "must not be empty"
            : schema.At("pattern").Text() is { } pattern && !Regex.IsMatch(value, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))
                ? $"must match {pattern}, which '{value}' does not" : null;
    }

    private static bool BeginsWord(string name, int at) =>
        char.IsAsciiLetterLower(name[at - 1]) || (char.IsAsciiLetterUpper(name[at - 1]) && at + 1 < name.Length && char.IsAsciiLetterLower(name[at + 1]));
}
