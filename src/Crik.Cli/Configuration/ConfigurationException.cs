namespace Crik.Configuration;

/// <summary>Everything that is wrong with the configuration, each line with the source it comes from.</summary>
internal sealed class ConfigurationException : CrikException
{
    public ConfigurationException(IEnumerable<string> problems)
        : this([.. problems.Select(Printable)])
    {
    }

    private ConfigurationException(string[] problems)
        : base(Describe(problems), ExitCodes.Usage) => Problems = problems;

    public IReadOnlyList<string> Problems { get; }

    private static string Describe(string[] problems) =>
        problems.Length == 1
            ? $"the configuration is wrong: {problems[0]}"
            : $"the configuration has {problems.Length} problems:\n  {string.Join("\n  ", problems)}";

    /// <summary>Control characters out of a broken file must not reach a terminal, and a message stays one line.</summary>
    private static string Printable(string text)
    {
        string visible = string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
        return visible.Length <= 500 ? visible : visible[..500] + "…";
    }
}
