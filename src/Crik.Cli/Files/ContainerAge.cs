namespace Crik.Files;

/// <summary>Remembers when crik started. A file that changed later was changed in this container.</summary>
internal sealed class ContainerAge
{
    private readonly long _startedAt = Now();
    private readonly long _startedTicks = Environment.TickCount64;

    public Lifetime Lifetime()
    {
        long now = Now();
        return new Lifetime(_startedAt, now - ((Environment.TickCount64 - _startedTicks) * 1_000_000), now);
    }

    /// <summary>Nanoseconds since 1970, as files have them.</summary>
    private static long Now() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
}
