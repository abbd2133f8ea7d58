namespace Crik.Proof;

/// <summary>One reason why no new pod can restore a checkpoint.</summary>
/// <param name="what">What cannot be restored, and why.</param>
/// <param name="advice">What the user can do.</param>
internal sealed class Objection(string what, string advice)
{
    public override string ToString() => $"{what}: {advice}";
}
