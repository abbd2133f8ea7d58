namespace Crik.Linux;

/// <summary>A point in monotonic time. Waits that share a deadline take no longer together than one of them may.</summary>
/// <param name="AtMilliseconds">In milliseconds of <see cref="Environment.TickCount64"/>.</param>
internal readonly record struct Deadline(long AtMilliseconds)
{
    public static Deadline Never => new(long.MaxValue);

    /// <summary>The time that is left; zero when the deadline has passed.</summary>
    public TimeSpan Left => AtMilliseconds == long.MaxValue
        ? TimeSpan.MaxValue
        : TimeSpan.FromMilliseconds(Math.Max(0, AtMilliseconds - Environment.TickCount64));

    public bool HasPassed => AtMilliseconds <= Environment.TickCount64;

    /// <summary>The milliseconds that are left, in the form that <c>poll(2)</c> takes: -1 for ever.</summary>
    public int PollTimeout => AtMilliseconds == long.MaxValue
        ? -1
        : (int)Math.Clamp(AtMilliseconds - Environment.TickCount64, 0, int.MaxValue);

    public static Deadline In(TimeSpan time) => new(Environment.TickCount64 + (long)time.TotalMilliseconds);
}
