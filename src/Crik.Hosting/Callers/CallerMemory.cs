namespace Crik.Hosting.Callers;

/// <summary>How long the results of reviews are remembered.</summary>
public sealed record CallerMemory
{
    /// <summary>For a server that only answers questions, and has to go on while the API server is away.</summary>
    public static readonly CallerMemory ForReading = new() { GoodFor = TimeSpan.FromMinutes(2), GoodAtMost = TimeSpan.FromMinutes(10) };

    /// <summary>For a server that changes the cluster. Whoever loses the right to do that can do it for a few seconds more.</summary>
    public static readonly CallerMemory ForChanges = new() { GoodFor = TimeSpan.FromSeconds(5), GoodAtMost = TimeSpan.FromSeconds(5) };

    /// <summary>For so long an accepted token is not reviewed again.</summary>
    public required TimeSpan GoodFor { get; init; }

    /// <summary>Up to this age an accepted token still counts, while it is reviewed again or the API server is away.</summary>
    public required TimeSpan GoodAtMost { get; init; }

    public TimeSpan BadFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long nobody asks again after a review without an answer.</summary>
    public TimeSpan NoAnswerFor { get; init; } = TimeSpan.FromSeconds(2);
}
