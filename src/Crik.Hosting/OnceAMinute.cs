namespace Crik.Hosting;

/// <summary>Tells whether a line may be logged that should not fill the log.</summary>
public sealed class OnceAMinute(TimeProvider clock)
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private long? _toldAt;

    public bool MayTell()
    {
        lock (_lock)
        {
            if (_toldAt is { } toldAt && clock.GetElapsedTime(toldAt) <= s_quiet)
            {
                return false;
            }

            _toldAt = clock.GetTimestamp();
            return true;
        }
    }
}
