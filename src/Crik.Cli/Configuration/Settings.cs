namespace Crik.Configuration;

/// <summary>One value that somebody wrote. The label says where, and begins every message about it.</summary>
internal readonly record struct Setting(OptionKey Key, IReadOnlyList<string> Values, string Label);

/// <summary>What one source of configuration sets, and what is wrong with how it says it.</summary>
internal sealed class Settings
{
    /// <summary>A file that contains only mistakes must not flood the log.</summary>
    private const int MaxProblems = 50;

    public List<Setting> Values { get; } = [];

    public List<string> Problems { get; } = [];

    public bool IsFull => Problems.Count >= MaxProblems;

    public void Add(OptionKey key, IReadOnlyList<string> values, string label)
    {
        if (!key.IsList && values[0] is "")
        {
            Refuse($"{label}: must not be empty; leave it out for the default");
        }
        else
        {
            Values.Add(new Setting(key, values, label));
        }
    }

    /// <summary>Takes a problem, as long as there are not too many.</summary>
    public void Refuse(string problem)
    {
        if (!IsFull)
        {
            Problems.Add(problem);
        }
    }
}
