using System.Threading.Channels;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Watching;

namespace Crik.Kubernetes.Queues;

/// <summary>
/// Does a piece of work for each key, one after the other. A key that is added several times before its turn is done once. A
/// key that is added during its turn is done again. When the API server refuses or does not answer, the key is tried again
/// after a pause that grows with each failure in a row of that key. client-go calls this a rate-limited workqueue.
/// </summary>
/// <param name="work">
/// Looks at what is there now, and does what is missing. It may be called for keys that no longer exist. It returns how long
/// to wait until it looks again, or null if nothing has to be awaited.
/// </param>
/// <param name="failed">Hears of each failure, with the pause until the next try.</param>
public sealed class KeyedWork<TKey>(
    Func<TKey, CancellationToken, Task<TimeSpan?>> work, Action<TKey, KubernetesException, TimeSpan> failed, TimeProvider clock)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Channel<TKey> _due = Channel.CreateUnbounded<TKey>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HashSet<TKey> _waiting = [];
    private readonly Dictionary<TKey, Backoff> _failures = [];

    /// <summary>The pause that counts for each key: the one after its last turn. Objects are compared by identity.</summary>
    private readonly Dictionary<TKey, object> _later = [];

    /// <summary>How many keys wait for their turn.</summary>
    public int Length
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    public void Add(TKey key)
    {
        lock (_gate)
        {
            if (_waiting.Add(key))
            {
                _due.Writer.TryWrite(key);
            }
        }
    }

    /// <summary>Works until it is canceled. Only one call may run at a time.</summary>
    /// <exception cref="OperationCanceledException">The only end, unless the work throws something else than a <see cref="KubernetesException"/>.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TKey key = await _due.Reader.ReadAsync(cancellationToken);
            Begin(key);
            try
            {
                TimeSpan? again = await work(key, cancellationToken);
                _failures.Remove(key);
                if (again is { } later)
                {
                    _ = AddLaterAsync(key, later, cancellationToken);
                }
            }
            catch (KubernetesException exception)
            {
                if (!_failures.TryGetValue(key, out Backoff? backoff))
                {
                    _failures[key] = backoff = Backoff.ForApiServer();
                }

                TimeSpan pause = backoff.Next(exception.RetryAfter);
                failed(key, exception, pause);
                _ = AddLaterAsync(key, pause, cancellationToken);
            }
        }
    }

    /// <summary>From now on, the key can be added again. This turn says anew whether there is a later one.</summary>
    private void Begin(TKey key)
    {
        lock (_gate)
        {
            _waiting.Remove(key);
            _later.Remove(key);
        }
    }

    /// <summary>
    /// Adds the key after a pause, unless the key had a turn meanwhile. Otherwise each addition during a pause would leave one
    /// more pause behind, and all of them would go on for ever.
    /// </summary>
    private async Task AddLaterAsync(TKey key, TimeSpan pause, CancellationToken cancellationToken)
    {
        object own = new();
        lock (_gate)
        {
            _later[key] = own;
        }

        await Task.Delay(pause, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (!cancellationToken.IsCancellationRequested && ReferenceEquals(_later.GetValueOrDefault(key), own))
            {
                Add(key);
            }
        }
    }
}
