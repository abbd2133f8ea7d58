using Crik.NodeStateServer.Configuration;

namespace Crik.NodeStateServer.State;

/// <summary>
/// Decides whether the answers in the store are up to date, for /readyz. It measures time with the monotonic clock, so
/// that a step of the wall clock changes nothing.
/// </summary>
internal sealed class WatchHealth(ServerOptions options, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private bool _hasListed;
    private bool _isStopping;
    private Moment? _lost;
    private Moment? _heard;

    public void Listed()
    {
        lock (_gate)
        {
            _hasListed = true;
            _heard = Now();
            _lost ??= _heard; // the watch counts as down until it is open
        }
    }

    /// <summary>A watch is open. That proves nothing yet about the Nodes: it may be silent for ever.</summary>
    public void Opened()
    {
        lock (_gate)
        {
            _lost = null;
        }
    }

    /// <summary>An event or a bookmark has arrived.</summary>
    public void Heard()
    {
        lock (_gate)
        {
            _heard = Now();
            _lost = null;
        }
    }

    public void Lost()
    {
        lock (_gate)
        {
            _lost ??= Now();
        }
    }

    public void Stopping()
    {
        lock (_gate)
        {
            _isStopping = true;
        }
    }

    /// <returns>Why the server is not ready, or null when it is ready.</returns>
    public string? Problem()
    {
        lock (_gate)
        {
            return _isStopping ? "the server is shutting down"
                : !_hasListed ? "the first list of all Nodes is not complete yet"
                : _lost is { } lost && SinceThen(lost) > options.NotReadyAfter ? $"the watch of the API server has been down since {lost.At:O}"
                : _heard is { } heard && SinceThen(heard) > options.WatchIdleTimeout + options.NotReadyAfter ? $"the API server has sent nothing since {heard.At:O}"
                : null;
        }
    }

    private Moment Now() => new(clock.GetTimestamp(), clock.GetUtcNow());

    private TimeSpan SinceThen(Moment moment) => clock.GetElapsedTime(moment.Timestamp);

    /// <param name="Timestamp">Of the monotonic clock, with which times are measured.</param>
    /// <param name="At">Of the wall clock, for people.</param>
    private readonly record struct Moment(long Timestamp, DateTimeOffset At);
}
