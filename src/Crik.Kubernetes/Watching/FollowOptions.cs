namespace Crik.Kubernetes.Watching;

/// <summary>How a <see cref="ResourceFollower{T}"/> reads.</summary>
public sealed record FollowOptions
{
    /// <summary>How many objects are in one page of a list.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>
    /// How long a list or a watch may bring nothing before it is started again. A dead connection looks like a cluster
    /// in which nothing happens. An API server sends a bookmark about once a minute.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(150);
}
