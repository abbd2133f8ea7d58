namespace Crik.Checkpoints;

/// <summary>When crik started: what changed later came to be in this container.</summary>
internal static class StartTime
{
    private static long s_clock = Now();
    private static long s_ticks = Environment.TickCount64;

    public static void Note() => (s_clock, s_ticks) = (Now(), Environment.TickCount64);

    public static Lifetime Lifetime()
    {
        long now = Now();
        return new Lifetime(s_clock, now - ((Environment.TickCount64 - s_ticks) * 1_000_000), now);
    }

    /// <summary>In nanoseconds since 1970, as files have it.</summary>
    private static long Now() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
}
