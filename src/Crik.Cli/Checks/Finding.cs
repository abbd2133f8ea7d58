namespace Crik.Checks;

internal enum Verdict
{
    Ok,

    /// <summary>For information: something that is not needed.</summary>
    NotHere,

    /// <summary>A checkpoint can work, and something may surprise.</summary>
    Warning,

    /// <summary>No checkpoint can work.</summary>
    Problem,
}

/// <summary>What one check found.</summary>
/// <param name="name">The same in every version.</param>
/// <param name="meaning">One sentence or two, in the user's terms.</param>
/// <param name="yaml">What to add to the container in the pod, when that mends it.</param>
internal sealed class Finding(string name, Verdict verdict, string meaning, string? yaml = null)
{
    public string Name => name;

    public Verdict Verdict => verdict;

    public string Meaning => meaning;

    public string? Yaml => yaml;

    public string VerdictName => verdict switch { Verdict.Ok => "ok", Verdict.NotHere => "not here", Verdict.Warning => "warning", _ => "problem" };

    public static Finding NotHere(string name, string meaning) => new(name, Verdict.NotHere, meaning);

    public static Finding Ok(string name, string meaning) => new(name, Verdict.Ok, meaning);
}
