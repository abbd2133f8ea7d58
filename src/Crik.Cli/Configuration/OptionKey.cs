namespace Crik.Configuration;

/// <summary>How the value of a key is written.</summary>
internal enum OptionKind { Path, PathList, ChoiceList, Url, Text, Integer, Boolean, Duration, ByteSize, Choice }

/// <summary>One key of the configuration: its names, its meaning, and how its text becomes a value of <see cref="CrikOptions"/>.</summary>
internal sealed record OptionKey(string Name, OptionKind Kind, string Description, OptionKey.Setter Set)
{
    /// <param name="values">What somebody wrote: one value, or the items of a list.</param>
    /// <param name="refuse">Takes each thing that is wrong with it.</param>
    /// <returns>The options with the value, or as they were when the text is not of this kind.</returns>
    public delegate CrikOptions Setter(CrikOptions options, IReadOnlyList<string> values, Action<string> refuse);

    public const string EnvironmentPrefix = "CRIK_";

    /// <summary>The prefix and the name in upper snake case: CRIK_HOOKS_AFTER_RESTORE for hooks.afterRestore, and …_CA_FILE for …CAFile.</summary>
    public string EnvironmentName { get; } = EnvironmentPrefix + string.Concat(Name.Select((letter, i) =>
        (i > 0 && char.IsAsciiLetterUpper(letter) && BeginsWord(Name, i) ? "_" : "") + (letter == '.' ? '_' : char.ToUpperInvariant(letter))));

    /// <summary>The default as a user would write it; null when the key is unset, or an empty list, by default.</summary>
    public string? DefaultText { get; init; }

    /// <summary>All values that a choice, or an item of a list of choices, can have.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The smallest and the largest number, in bytes for a size; null where there is no bound.</summary>
    public (long? Minimum, long? Maximum) Range { get; init; }

    private static bool BeginsWord(string name, int at) =>
        char.IsAsciiLetterLower(name[at - 1]) || (char.IsAsciiLetterUpper(name[at - 1]) && at + 1 < name.Length && char.IsAsciiLetterLower(name[at + 1]));

    public bool IsList => Kind is OptionKind.PathList or OptionKind.ChoiceList;
}
