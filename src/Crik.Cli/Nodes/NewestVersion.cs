namespace Crik.Nodes;

/// <summary>
/// The resourceVersion of this node that the last answer named. Sent along, it keeps a replica that lags from taking news back.
/// Kubernetes documents the versions as decimal numbers that can be compared (kubernetes.io/docs/reference/using-api/api-concepts).
/// </summary>
internal sealed record NewestVersion(string? Value = null, long? LagsSince = null)
{
    /// <summary>
    /// How long all replicas may lag until the version is forgotten. An API server that was restored from a backup counts from a lower
    /// version on, and would otherwise never be believed again.
    /// </summary>
    public static readonly TimeSpan LongestLag = TimeSpan.FromMinutes(2);

    private const int MostDigits = 20;

    /// <summary>
    /// A replica that answers does not lag, so its version counts even if it is lower than <see cref="Value"/>: the API server was restored
    /// from a backup, and the replica has lived through that.
    /// </summary>
    /// <param name="version">As an answer named it; <see langword="null"/> from an older server.</param>
    public NewestVersion Seen(string? version) =>
        version is { Length: > 0 and <= MostDigits } && version.All(char.IsAsciiDigit) ? new(version) : new(Value);

    /// <param name="now">In milliseconds of <see cref="Environment.TickCount64"/>, when a replica said that it lags.</param>
    public NewestVersion Lagged(long now) =>
        Value is null ? this
        : LagsSince is not { } since ? this with { LagsSince = now }
        : now - since >= LongestLag.TotalMilliseconds ? new()
        : this;
}
