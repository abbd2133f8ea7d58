namespace Crik.Configuration;

/// <summary>Names everything that is wrong with the configuration, and for each problem the source it comes from.</summary>
internal sealed class ConfigurationException(IReadOnlyCollection<string> problems)
    : CrikException(Describe(Shown(problems), problems.Count), FailureKind.Configuration)
{
    /// <summary>The largest number of problems to show. A list of a hundred thousand wrong paths must not flood the log.</summary>
    private const int MaxShown = 50;

    /// <summary>The first problems, without line breaks and control characters.</summary>
    public IReadOnlyList<string> Problems { get; } = Shown(problems);

    /// <summary>What could be read all the same, for commands that only look.</summary>
    public CrikOptions? Rest { get; init; }

    private static string[] Shown(IReadOnlyCollection<string> problems) => [.. problems.Take(MaxShown).Select(Printable)];

    private static string Describe(string[] shown, int count) =>
        count == 1 ? $"the configuration is wrong: {shown[0]}"
        : $"the configuration has {count} problems:\n  {string.Join("\n  ", shown)}"
          + (count > shown.Length ? $"\n  and {count - shown.Length} more" : "");

    /// <summary>Makes one line without control characters, which must not reach a terminal from a broken file.</summary>
    private static string Printable(string text)
    {
        string visible = string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
        return visible.Length <= 500 ? visible : visible[..500] + "…";
    }
}
