namespace Crik.Checkpoints;

/// <summary>When crik started: what is younger came to be in this container.</summary>
internal static class StartTime
{
    private static DateTime s_clock = DateTime.UtcNow;
    private static long s_ticks = Environment.TickCount64;

    public static void Note() => (s_clock, s_ticks) = (DateTime.UtcNow, Environment.TickCount64);

    /// <summary>In nanoseconds since 1970. The clock may have been set since: of its two readings the earlier counts.</summary>
    public static long Earliest()
    {
        DateTime byTicks = DateTime.UtcNow.AddMilliseconds(s_ticks - Environment.TickCount64);
        return ((s_clock < byTicks ? s_clock : byTicks) - DateTime.UnixEpoch).Ticks * 100;
    }
}
