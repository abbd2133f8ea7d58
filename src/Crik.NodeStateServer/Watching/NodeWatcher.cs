using Crik.Contracts;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Metrics;
using Crik.NodeStateServer.Signals;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Watching;

/// <summary>Lists, watches from where the list ended, goes on from where a watch ended, and lists again when it must.</summary>
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
    /// <summary>A watch that ends sooner, without a word, is no watch: something between here and there cuts it.</summary>
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

    /// <summary>The first of a row at once; a server that forgets every version it gives out must not be asked in a circle.</summary>
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
        await foreach (NodeChange change in WithWatchdog(source.ListAsync, "the list stood still", cancellationToken))
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

        throw new NodeSourceException("the list ended before it was complete");
    }

    /// <returns><see langword="false"/> when it ended suspiciously soon.</returns>
    private async Task<bool> WatchAsync(string version, CancellationToken cancellationToken)
    {
        long began = clock.GetTimestamp();
        bool anything = false;
        metrics.WatchBegins();
        log.WatchBegins(version);
        await foreach (NodeChange change in WithWatchdog(token => source.WatchAsync(version, token), "the watch was silent for too long", cancellationToken))
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

    /// <summary>A connection that died without a word looks like a cluster where nothing happens.</summary>
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
