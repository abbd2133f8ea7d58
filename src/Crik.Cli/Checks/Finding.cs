namespace Crik.Checks;

internal enum Verdict
{
    Ok,

    /// <summary>Something is missing that a checkpoint does not need.</summary>
    NotHere,

    /// <summary>A checkpoint can work, but something may surprise the user.</summary>
    Warning,

    /// <summary>No checkpoint can work.</summary>
    Problem,
}

/// <summary>What one check found.</summary>
/// <param name="name">The name of the check. Scripts read it, so it never changes.</param>
/// <param name="meaning">What was found and what it means, in the user's words.</param>
/// <param name="yaml">What to add to the container in the pod, when that helps.</param>
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
