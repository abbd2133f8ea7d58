using Crik.Contracts;
using Crik.Kubernetes.Watching;
using Crik.NodeStateServer.Metrics;
using Crik.NodeStateServer.Signals;
using Crik.NodeStateServer.State;

namespace Crik.NodeStateServer.Watching;

/// <summary>Keeps the store up to date with what the source reports.</summary>
internal sealed class NodeWatcher(
    INodeSource source,
    NodeClassifier classifier,
    NodeStateStore store,
    WatchHealth health,
    ServerMetrics metrics,
    Attempts attempts,
    TimeProvider clock,
    ILogger<NodeWatcher> log) : BackgroundService
{
    private NodeListing? _listing;
    private long _began;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await source.FollowAsync(Seen, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server is shutting down.
        }
    }

    private void Seen(ResourceChange<NodeSnapshot> change)
    {
        attempts.Made(change.Trouble?.Pause ?? TimeSpan.Zero);
        if (_listing is null)
        {
            metrics.Heard(change.Kind);
        }

        switch (change)
        {
            case { Kind: ResourceChangeKind.ListBegins }:
                _began = clock.GetTimestamp();
                metrics.ListBegins(isFirst: !store.IsSynced);
                _listing = store.BeginListing();
                break;
            case { Kind: ResourceChangeKind.Present, Item: { } present }:
                Verdict verdict = classifier.Classify(present);
                HeardOfAWatch();
                Changed(_listing is { } listing
                    ? listing.Apply(present.Name, verdict, present.ResourceVersion)
                    : store.Apply(present.Name, verdict, present.ResourceVersion));
                ReachedByAWatch(change.Version);
                break;
            case { Kind: ResourceChangeKind.Deleted, Item: { } deleted }:
                HeardOfAWatch();
                Changed(store.Remove(deleted.Name, deleted.ResourceVersion));
                ReachedByAWatch(change.Version);
                break;
            case { Kind: ResourceChangeKind.Bookmark }:
                HeardOfAWatch();
                ReachedByAWatch(change.Version);
                break;
            case { Kind: ResourceChangeKind.Listed }:
                Listed(change.Version);
                break;
            case { Kind: ResourceChangeKind.WatchBegins }:
                _began = clock.GetTimestamp();
                metrics.WatchBegins();
                log.WatchBegins(change.Version);
                break;
            case { Kind: ResourceChangeKind.Opened }:
                health.Opened();
                break;
            case { Kind: ResourceChangeKind.Ended }:
                health.Lost();
                log.WatchEnded(clock.GetElapsedTime(_began).TotalSeconds);
                break;
            case { Trouble: { } trouble }:
                Failed(change.Version, trouble);
                break;
        }
    }

    private void Failed(string? version, FollowTrouble trouble)
    {
        health.Lost();
        metrics.SourceFailed();
        if (trouble.ListsAgain && version is not null)
        {
            log.WatchExpired(version, trouble.Pause.TotalSeconds, trouble.Problem);
        }
        else
        {
            log.SourceFailed(trouble.Problem, trouble.Pause.TotalSeconds);
        }
    }

    private void Listed(string? version)
    {
        foreach (NodeTransition gone in _listing?.Complete(version) ?? [])
        {
            Changed(gone);
        }

        _listing = null;
        health.Listed();
        log.Listed(store.Count, version, clock.GetElapsedTime(_began).TotalSeconds);
    }

    /// <summary>The Nodes of an incomplete list do not show that the whole picture is current.</summary>
    private void HeardOfAWatch()
    {
        if (_listing is null)
        {
            health.Heard();
            store.History.Heard();
        }
    }

    private void ReachedByAWatch(string? version)
    {
        if (_listing is null)
        {
            store.History.Reached(version);
        }
    }

    private void Changed(NodeTransition? transition)
    {
        if (transition is { Before: not null } or { After.State: not NodeState.Ready })
        {
            log.NodeChanged(
                transition.Name, transition.Before?.State.ToWireName() ?? "new", transition.After.State.ToWireName(), transition.After.Reason);
        }
    }
}
