namespace Crik.Configuration;

/// <summary>Everything that is wrong with the configuration, each line with the source it comes from.</summary>
internal sealed class ConfigurationException(IReadOnlyList<string> problems) : CrikException(Describe(problems), ExitCodes.Usage)
{
    public IReadOnlyList<string> Problems { get; } = problems;

    private static string Describe(IReadOnlyList<string> problems) =>
        problems.Count == 1
            ? $"the configuration is wrong: {problems[0]}"
            : $"the configuration has {problems.Count} problems:\n  {string.Join("\n  ", problems)}";
}
