using Crik.NodeStateServer.Configuration;

namespace Crik.NodeStateServer.State;

/// <summary>Decides whether the answers in the store are up to date, for /readyz.</summary>
internal sealed class WatchHealth(ServerOptions options, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private bool _hasListed;
    private bool _isStopping;
    private DateTimeOffset? _lostAt;
    private DateTimeOffset? _heardAt;

    public bool HasBeenOpenSinceList { get; private set; }

    /// <summary>The time since the API server last sent something.</summary>
    public TimeSpan? Age
    {
        get
        {
            lock (_gate)
            {
                return clock.GetUtcNow() - _heardAt;
            }
        }
    }

    public void Listed(DateTimeOffset now)
    {
        lock (_gate)
        {
            _hasListed = true;
            HasBeenOpenSinceList = false;
            _heardAt = now;
            _lostAt ??= now; // the watch counts as down until it is open
        }
    }

    public void Heard(DateTimeOffset now)
    {
        lock (_gate)
        {
            HasBeenOpenSinceList = true;
            _heardAt = now;
            _lostAt = null;
        }
    }

    public void Lost(DateTimeOffset now)
    {
        lock (_gate)
        {
            _lostAt ??= now;
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
            DateTimeOffset now = clock.GetUtcNow();
            return _isStopping ? "the server is shutting down"
                : !_hasListed ? "the first list of all Nodes is not complete yet"
                : _lostAt is { } lost && now - lost > options.NotReadyAfter ? $"the watch of the API server has been down since {lost:O}"
                : now - _heardAt > options.WatchIdleTimeout + options.NotReadyAfter ? $"the API server has sent nothing since {_heardAt:O}"
                : null;
        }
    }
}
