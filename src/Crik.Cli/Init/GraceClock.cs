namespace Crik.Init;

/// <summary>
/// Divides the grace period between crik and the program: the last quarter, at most 10 s, belongs to the program. Times are in milliseconds
/// of <see cref="Environment.TickCount64"/>.
/// </summary>
/// <param name="GracePeriod">The time between SIGTERM and SIGKILL.</param>
internal sealed record GraceClock(TimeSpan GracePeriod)
{
    private static readonly TimeSpan s_longestReserve = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_longestPatience = TimeSpan.FromSeconds(1);

    /// <summary>What the program keeps of a period to end by itself.</summary>
    public static TimeSpan ReserveOf(TimeSpan period) => period / 4 < s_longestReserve ? period / 4 : s_longestReserve;

    /// <summary>
    /// When the init sends SIGTERM by itself, whatever the run does. A run that works gives up when the reserve begins; it has a third of the
    /// reserve to make criu let the program go in good order.
    /// </summary>
    public long ReleaseAt(long terminatedAt) => At(terminatedAt, GracePeriod - (ReserveOf(GracePeriod) * 2 / 3));

    /// <summary>When the init ends crik although the run is not done with what follows the program's end.</summary>
    public long ExitAt(long terminatedAt) => At(terminatedAt, GracePeriod - (ReserveOf(GracePeriod) / 8));

    /// <summary>How long criu may take to let the program go after its writes were forbidden, in milliseconds: then the init ends it.</summary>
    public long CriuPatience => (long)Math.Min(s_longestPatience.TotalMilliseconds, (ReserveOf(GracePeriod) * 2 / 9).TotalMilliseconds);

    private static long At(long start, TimeSpan after) => start + (long)after.TotalMilliseconds;
}
