namespace Crik.Configuration;

/// <summary>Everything that is wrong with the configuration, each line with the source it comes from.</summary>
internal sealed class ConfigurationException : CrikException
{
    /// <summary>A list of a hundred thousand wrong paths should not flood the log.</summary>
    private const int MaxShown = 50;

    public ConfigurationException(IReadOnlyCollection<string> problems)
        : this([.. problems.Take(MaxShown).Select(Printable)], problems.Count)
    {
    }

    private ConfigurationException(string[] shown, int count)
        : base(Describe(shown, count), ExitCodes.Usage) => Problems = shown;

    /// <summary>The first of them, without line breaks and control characters.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>What could be read nevertheless, for one who only looks at it.</summary>
    public CrikOptions? Rest { get; init; }

    private static string Describe(string[] shown, int count) =>
        count == 1 ? $"the configuration is wrong: {shown[0]}"
        : $"the configuration has {count} problems:\n  {string.Join("\n  ", shown)}"
          + (count > shown.Length ? $"\n  and {count - shown.Length} more" : "");

    /// <summary>Control characters out of a broken file must not reach a terminal, and a message stays one line.</summary>
    private static string Printable(string text)
    {
        string visible = string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
        return visible.Length <= 500 ? visible : visible[..500] + "…";
    }
}
