using System.Text;

namespace Crik.Configuration;

/// <summary>How the value of a key is written.</summary>
internal enum OptionKind
{
    Path,
    PathList,
    ChoiceList,
    Url,
    Text,
    Integer,
    Boolean,
    Duration,
    ByteSize,
    Choice,
}

/// <summary>One key of the configuration: its names, its meaning, and how its text becomes a value of <see cref="CrikOptions"/>.</summary>
internal sealed record OptionKey(string Name, OptionKind Kind, string Description, OptionKey.Setter Set)
{
    /// <returns>What is wrong with the text, or null when <paramref name="options"/> now has the value.</returns>
    public delegate string? Setter(ref CrikOptions options, IReadOnlyList<string> values);

    public const string EnvironmentPrefix = "CRIK_";

    public string EnvironmentName { get; } = ToEnvironmentName(Name);

    /// <summary>The default as it would be written; null when the key is unset, or an empty list, by default.</summary>
    public string? DefaultText { get; init; }

    /// <summary>All values a choice, or an item of a list of choices, can have.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    public bool IsList => Kind is OptionKind.PathList or OptionKind.ChoiceList;

    private static string ToEnvironmentName(string name)
    {
        StringBuilder text = new(EnvironmentPrefix);
        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] == '.')
            {
                text.Append('_');
                continue;
            }

            if (i > 0 && char.IsAsciiLetterUpper(name[i]) && char.IsAsciiLetterLower(name[i - 1]))
            {
                text.Append('_');
            }

            text.Append(char.ToUpperInvariant(name[i]));
        }

        return text.ToString();
    }
}
