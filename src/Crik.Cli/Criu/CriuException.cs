namespace Crik.Criu;

/// <summary>criu said no, or could not be run.</summary>
/// <param name="message">What failed, and why in the user's terms where that is known.</param>
/// <param name="evidence">The lines of criu's log that say so.</param>
internal sealed class CriuException(string message, IReadOnlyList<string> evidence) : CrikException(message, ExitCodes.Failure)
{
    public IReadOnlyList<string> Evidence { get; } = evidence;

    /// <summary>The cause is known, and one that will be there again.</summary>
    public bool Lasts { get; init; }

    /// <summary>The cause is something that is on its way to the program: it goes when the program takes it.</summary>
    public bool IsUndelivered { get; init; }
}
