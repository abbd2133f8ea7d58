namespace Crik.Hosting.Callers;

/// <summary>What is known about a caller.</summary>
public enum CallerVerdict
{
    Allowed,

    /// <summary>This is no good token.</summary>
    Refused,

    /// <summary>The token is good, and its owner has no right to ask.</summary>
    Forbidden,

    /// <summary>The API server did not answer, and it has not accepted this token lately.</summary>
    CannotTell,

    /// <summary>Too many unknown tokens wait for a review.</summary>
    Busy,
}
