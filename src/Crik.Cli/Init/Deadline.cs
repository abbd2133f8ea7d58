namespace Crik.Init;

/// <summary>A point in monotonic time. Waiting against one never adds up to more than was meant.</summary>
internal readonly struct Deadline
{
    private readonly long _atMilliseconds;

    private Deadline(long atMilliseconds)
    {
        _atMilliseconds = atMilliseconds;
    }

    public static Deadline Never => new(long.MaxValue);

    /// <summary>Time left, never negative.</summary>
    public TimeSpan Left => _atMilliseconds == long.MaxValue
        ? TimeSpan.MaxValue
        : TimeSpan.FromMilliseconds(Math.Max(0, _atMilliseconds - Environment.TickCount64));

    public bool HasPassed => _atMilliseconds <= Environment.TickCount64;

    /// <summary>For <c>poll(2)</c>: milliseconds left, -1 for ever.</summary>
    public int PollTimeout => _atMilliseconds == long.MaxValue
        ? -1
        : (int)Math.Clamp(_atMilliseconds - Environment.TickCount64, 0, int.MaxValue);

    public static Deadline In(TimeSpan time) => new(Environment.TickCount64 + (long)time.TotalMilliseconds);

    public Deadline Earlier(TimeSpan time) => new(_atMilliseconds - (long)time.TotalMilliseconds);
}
