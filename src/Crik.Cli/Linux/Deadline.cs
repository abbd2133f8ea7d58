namespace Crik.Linux;

/// <summary>A point in monotonic time. Waits that share a deadline take no longer together than one of them may.</summary>
internal readonly struct Deadline
{
    private readonly long _atMilliseconds;

    private Deadline(long atMilliseconds)
    {
        _atMilliseconds = atMilliseconds;
    }

    public static Deadline Never => new(long.MaxValue);

    /// <summary>In milliseconds of <see cref="Environment.TickCount64"/>.</summary>
    public long AtMilliseconds => _atMilliseconds;

    /// <summary>The time that is left; zero when the deadline has passed.</summary>
    public TimeSpan Left => _atMilliseconds == long.MaxValue
        ? TimeSpan.MaxValue
        : TimeSpan.FromMilliseconds(Math.Max(0, _atMilliseconds - Environment.TickCount64));

    public bool HasPassed => _atMilliseconds <= Environment.TickCount64;

    /// <summary>The milliseconds that are left, in the form that <c>poll(2)</c> takes: -1 for ever.</summary>
    public int PollTimeout => _atMilliseconds == long.MaxValue
        ? -1
        : (int)Math.Clamp(_atMilliseconds - Environment.TickCount64, 0, int.MaxValue);

    public static Deadline At(long milliseconds) => new(milliseconds);

    public static Deadline In(TimeSpan time) => new(Environment.TickCount64 + (long)time.TotalMilliseconds);
}
