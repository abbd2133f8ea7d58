namespace Crik.NodeStateServer.Signals;

/// <summary>Which built-in signals are turned on or off, and which rules are added.</summary>
internal sealed record SignalOptions
{
    public IReadOnlyList<string> Enable { get; init; } = [];

    public IReadOnlyList<string> Disable { get; init; } = [];

    public IReadOnlyList<SignalRule> Rules { get; init; } = [];

    public IEnumerable<string> Problems()
    {
        foreach (string name in Enable.Concat(Disable).Where(name => KnownSignals.All.All(rule => rule.Name != name)))
        {
            yield return $"signal '{name}' does not exist; the known signals are {string.Join(", ", KnownSignals.All.Select(rule => rule.Name))}";
        }

        foreach (string name in Enable.Intersect(Disable))
        {
            yield return $"signal '{name}' is both enabled and disabled; remove one of the two";
        }

        IEnumerable<string> names = Rules.Select(rule => rule.Name).Concat(KnownSignals.All.Select(rule => rule.Name));
        foreach (IGrouping<string, string> twice in names.GroupBy(name => name).Where(group => group.Count() > 1))
        {
            yield return $"signal '{twice.Key}' is defined twice; give one of the rules another name";
        }
    }
}
