namespace Crik.Proof;

/// <summary>Whether a new pod can restore a checkpoint.</summary>
internal sealed class Verdict(IReadOnlyList<Objection> objections, IReadOnlyList<string> unseen)
{
    /// <summary>The most objections that one message names.</summary>
    private const int MostNamed = 3;

    /// <summary>Why it cannot. Each reason says what to do.</summary>
    public IReadOnlyList<Objection> Objections { get; } = objections;

    /// <summary>The paths that the next pod must have in its image or on a volume, where crik could not look.</summary>
    public IReadOnlyList<string> Unseen { get; } = unseen;

    public bool IsGood => Objections.Count == 0;

    /// <summary>Writes the objections as one message.</summary>
    public string Text() => string.Join("; ", Objections.Take(MostNamed).Select(objection => objection.ToString()))
        + (Objections.Count > MostNamed ? $"; and {Objections.Count - MostNamed} more like this" : "");
}
