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
/// <param name="Name">The name of the check. Scripts read it, so it never changes.</param>
/// <param name="Meaning">What was found and what it means, in the user's words.</param>
/// <param name="Yaml">What to add to the container in the pod, when that helps.</param>
internal sealed record Finding(string Name, Verdict Verdict, string Meaning, string? Yaml = null)
{
    public string VerdictName => Verdict switch { Verdict.Ok => "ok", Verdict.NotHere => "not here", Verdict.Warning => "warning", _ => "problem" };

    public static Finding NotHere(string name, string meaning) => new(name, Verdict.NotHere, meaning);

    public static Finding Ok(string name, string meaning) => new(name, Verdict.Ok, meaning);
}
