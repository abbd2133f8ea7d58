using Crik.Contracts;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Metrics;
using Crik.NodeStateServer.Signals;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Watching;

/// <summary>
/// Keeps the store up to date. It lists all Nodes, then watches them from the version of the list. When a watch ends,
/// the next one continues from there. It lists again only when the source refuses that version.
/// </summary>
internal sealed class NodeWatcher(
    INodeSource source,
    NodeClassifier classifier,
    NodeStateStore store,
    WatchHealth health,
    ServerMetrics metrics,
    ServerOptions options,
    TimeProvider clock,
    ILogger<NodeWatcher> log) : BackgroundService
{
    /// <summary>
    /// A watch that ends sooner than this without an event counts as a failure. A proxy may cut it, and asking again at
    /// once would be a busy loop.
    /// </summary>
    private static readonly TimeSpan s_shortWatch = TimeSpan.FromSeconds(1);

    private readonly Backoff _backoff = Backoff.ForWatch();
    private string? _version;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (_version is null)
                {
                    await ListAsync(stoppingToken);
                }
                else if (!await WatchAsync(_version, stoppingToken))
                {
                    await Task.Delay(_backoff.Next(), clock, stoppingToken);
                }
            }
            catch (WatchExpiredException expired)
            {
                log.WatchExpired(_version, expired.Message);
                await ListAgainAsync(stoppingToken);
            }
            catch (NodeSourceException failure)
            {
                TimeSpan pause = _backoff.Next();
                metrics.SourceFailed();
                health.Lost(clock.GetUtcNow());
                log.SourceFailed(failure.Message, pause.TotalSeconds);
                _version = failure.MustList ? null : _version;
                await Task.Delay(pause, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>
    /// Prepares a new list. It starts at once the first time, and after a pause when no watch was open since the last
    /// list: a server that refuses every version would otherwise be asked without a pause.
    /// </summary>
    private async Task ListAgainAsync(CancellationToken cancellationToken)
    {
        health.Lost(clock.GetUtcNow());
        bool wasWatching = _version is not null;
        _version = null;
        TimeSpan pause = _backoff.Next();
        if (!wasWatching || !health.HasBeenOpenSinceList)
        {
            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        long began = clock.GetTimestamp();
        bool isFirst = !store.IsSynced;
        metrics.ListBegins(isFirst);
        NodeListing listing = store.BeginListing();
        await foreach (NodeChange change in WithWatchdog(source.ListAsync, "the list of Nodes brought nothing for too long", cancellationToken))
        {
            if (change is { Kind: NodeChangeKind.Present, Node: { } node })
            {
                Changed(listing.Apply(node.Name, classifier.Classify(node)));
            }
            else if (change.Kind is NodeChangeKind.Listed)
            {
                foreach (NodeTransition gone in listing.Complete())
                {
                    Changed(gone);
                }

                _version = change.Version;
                health.Listed(clock.GetUtcNow());
                log.Listed(store.Count, _version, clock.GetElapsedTime(began).TotalSeconds);
                return;
            }
        }

        throw new NodeSourceException("the list of Nodes ended before it was complete");
    }

    /// <returns><see langword="false"/> when the watch ended so soon that a pause is needed.</returns>
    private async Task<bool> WatchAsync(string version, CancellationToken cancellationToken)
    {
        long began = clock.GetTimestamp();
        bool anything = false;
        metrics.WatchBegins();
        log.WatchBegins(version);
        await foreach (NodeChange change in WithWatchdog(token => source.WatchAsync(version, token), "the watch brought nothing for too long", cancellationToken))
        {
            health.Heard(clock.GetUtcNow());
            _version = change.Version ?? _version;
            metrics.Heard(change.Kind);
            if (change.Kind is not NodeChangeKind.Opened)
            {
                anything = true;
                _backoff.Reset();
            }

            if (change is { Kind: NodeChangeKind.Present, Node: { } present })
            {
                Changed(store.Apply(present.Name, classifier.Classify(present)));
            }
            else if (change is { Kind: NodeChangeKind.Deleted, Node: { } deleted })
            {
                Changed(store.Remove(deleted.Name));
            }
        }

        log.WatchEnded(clock.GetElapsedTime(began).TotalSeconds);
        health.Lost(clock.GetUtcNow());
        return anything || clock.GetElapsedTime(began) >= s_shortWatch;
    }

    private void Changed(NodeTransition? transition)
    {
        if (transition is { Before: not null } or { After.State: not NodeState.Ready })
        {
            log.NodeChanged(
                transition.Name, transition.Before?.State.ToWireName() ?? "new", transition.After.State.ToWireName(), transition.After.Reason);
        }
    }

    /// <summary>
    /// Ends a list or a watch that brings nothing for too long. A dead connection looks like a cluster in which nothing
    /// happens.
    /// </summary>
    private async IAsyncEnumerable<NodeChange> WithWatchdog(
        Func<CancellationToken, IAsyncEnumerable<NodeChange>> read,
        string complaint,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using CancellationTokenSource idle = new(options.WatchIdleTimeout, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
        await using IAsyncEnumerator<NodeChange> changes = read(either.Token).GetAsyncEnumerator(either.Token);
        while (true)
        {
            try
            {
                if (!await changes.MoveNextAsync())
                {
                    yield break;
                }
            }
            catch (OperationCanceledException canceled) when (idle.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new NodeSourceException($"{complaint} ({options.WatchIdleTimeout.TotalSeconds} s)", canceled);
            }

            idle.CancelAfter(options.WatchIdleTimeout);
            yield return changes.Current;
        }
    }
}
