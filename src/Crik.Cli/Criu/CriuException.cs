namespace Crik.Criu;

/// <summary>criu said no, or could not be run.</summary>
/// <param name="message">What failed, and why in the user's terms where that is known.</param>
/// <param name="evidence">The lines of criu's log that say so.</param>
internal sealed class CriuException(string message, IReadOnlyList<string> evidence) : CrikException(message, ExitCodes.Failure)
{
    public IReadOnlyList<string> Evidence { get; } = evidence;

    /// <summary>The cause is one that will be there again.</summary>
    public bool IsExplained { get; init; }
}
