namespace Crik.Registry.Pushing;

/// <summary>A request to a repository.</summary>
internal sealed record RepositoryRequest(HttpMethod Method, Uri Target)
{
    public IReadOnlyList<string> Accepted { get; init; } = [];

    /// <summary>Makes the body anew for each time it is sent. What it is given hears of each part that was sent.</summary>
    public Func<Action, HttpContent>? Body { get; init; }

    /// <inheritdoc cref="SessionRequest.AsksBeforeBody"/>
    public bool AsksBeforeBody { get; init; }

    /// <summary>How much longer than usual the registry may keep silent.</summary>
    public TimeSpan MoreSilence { get; init; }

    /// <summary>How large the content of a good answer may be. Null: it is not read.</summary>
    public int? Limit { get; init; }
}
