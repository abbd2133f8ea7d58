using Crik.NodeStateServer.Configuration;

namespace Crik.NodeStateServer.State;

/// <summary>Whether what the store says can be trusted now.</summary>
internal sealed class WatchHealth(ServerOptions options, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private bool _hasListed;
    private bool _isStopping;
    private DateTimeOffset? _lostAt;
    private DateTimeOffset? _heardAt;

    public bool HasBeenOpenSinceList { get; private set; }

    /// <summary>Since the API server was last heard of.</summary>
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
            _lostAt ??= now; // until the watch is open
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

    /// <returns>Why not, or null when ready.</returns>
    public string? Problem()
    {
        lock (_gate)
        {
            DateTimeOffset now = clock.GetUtcNow();
            return _isStopping ? "shutting down"
                : !_hasListed ? "the first list of the Nodes is not complete"
                : _lostAt is { } lost && now - lost > options.NotReadyAfter ? $"the watch has been down since {lost:O}"
                : now - _heardAt > options.WatchIdleTimeout + options.NotReadyAfter ? $"nothing was heard from the API server since {_heardAt:O}"
                : null;
        }
    }
}
