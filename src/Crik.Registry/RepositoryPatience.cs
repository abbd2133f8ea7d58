namespace Crik.Registry;

/// <summary>
/// How long a repository is waited for. No limit is for a whole push, which may take hours: each begins again when something
/// moves.
/// </summary>
public sealed record RepositoryPatience
{
    /// <summary>A request is broken off, and sent again, when not one byte of it moved for so long.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often in a row a request may fail. An upload that the registry loses is begun as often.</summary>
    public int Tries { get; init; } = 8;

    /// <summary>Nothing is tried again when the registry has done nothing for so long.</summary>
    public TimeSpan Standstill { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The pause after the first failure. It doubles with each failure in a row, and half of it is random.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause, also if the registry asks for a longer one with Retry-After.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(1);
}
