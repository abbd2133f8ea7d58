using System.Collections.Concurrent;
using Crik.Contracts;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.State;

/// <summary>
/// Holds the answers about all nodes. Only the watcher writes. Requests read, and wait for changes. A node takes a few
/// hundred bytes.
/// </summary>
internal sealed class NodeStateStore(ServerOptions options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, NodeEntry> _nodes = new(StringComparer.Ordinal);
    private readonly Queue<(string Name, long DeletedAtTicks)> _deleted = new();
    private readonly ChangeFeed _feed = new();
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isSynced;
    private volatile bool _isClosed;
    private int _generation;

    /// <summary>Whether the first list is complete. Before that, nothing is known about any node.</summary>
    public bool IsSynced => _isSynced;

    public int Count => _nodes.Count;

    public NodeAnswer? Find(string name) => _nodes.TryGetValue(name, out NodeEntry? entry) && !IsForgotten(entry) ? entry.Current : null;

    public IEnumerable<NodeAnswer> All() => _nodes.Where(pair => !IsForgotten(pair.Value)).Select(pair => pair.Value.Current);

    /// <summary>
    /// Waits until the version of the node's answer differs from <paramref name="version"/>. An unknown node has the
    /// version 0.
    /// </summary>
    public async Task WaitAsync(string name, long version, TimeSpan timeout, CancellationToken cancellationToken)
    {
        long deadline = clock.GetTimestamp() + (long)(timeout.TotalSeconds * clock.TimestampFrequency);
        while (!cancellationToken.IsCancellationRequested)
        {
            // Get the tasks to wait for before looking at the answer. In the other order, a change between the two is
            // missed.
            Task added = Volatile.Read(ref _added).Task;
            Task change = _nodes.TryGetValue(name, out NodeEntry? entry) ? entry.NextChange() : added;
            TimeSpan left = TimeSpan.FromSeconds((deadline - clock.GetTimestamp()) / (double)clock.TimestampFrequency);
            if (_isClosed || (Find(name)?.Version ?? 0) != version || left <= TimeSpan.Zero)
            {
                return;
            }

            // No exception is thrown at the timeout: it is normal, and it happens to thousands of polls.
            await change.WaitAsync(left, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Subscribes to all changes from now on, and to those after <paramref name="lastId"/> if they are remembered.
    /// </summary>
    public ChangeSubscription Subscribe(string? lastId) => _feed.Subscribe(lastId);

    /// <summary>Ends all waiting. Every waiting request gets the current answer.</summary>
    public void Close()
    {
        _isClosed = true;
        foreach (NodeEntry entry in _nodes.Values)
        {
            entry.Wake();
        }

        WakeThoseWhoWaitForANewNode();
        _feed.Close();
    }

    /// <returns>The change, or null when the answer stays the same.</returns>
    public NodeTransition? Apply(string name, Verdict verdict) => Apply(name, verdict, _generation);

    public NodeTransition? Remove(string name)
    {
        if (!_nodes.TryGetValue(name, out NodeEntry? entry) || entry.DeletedAtTicks != 0)
        {
            return null;
        }

        DateTimeOffset now = clock.GetUtcNow();
        NodeTransition transition = Set(entry, AnswerFor(name, Verdict.Deleted(now), entry));
        entry.DeletedAtTicks = now.UtcTicks;
        _deleted.Enqueue((name, now.UtcTicks));
        Forget();
        return transition;
    }

    public NodeListing BeginListing()
    {
        _generation++;
        return new NodeListing(this);
    }

    internal IEnumerable<NodeTransition> CompleteListing()
    {
        foreach ((string name, NodeEntry entry) in _nodes)
        {
            if (entry.Generation != _generation && Remove(name) is { } transition)
            {
                yield return transition;
            }
        }

        _isSynced = true;
        Forget();
    }

    private NodeTransition? Apply(string name, Verdict verdict, int generation)
    {
        if (!_nodes.TryGetValue(name, out NodeEntry? entry))
        {
            NodeAnswer first = AnswerFor(name, verdict, null);
            _nodes[name] = new NodeEntry(first, generation);
            WakeThoseWhoWaitForANewNode();
            _feed.Publish(first);
            return new NodeTransition(name, null, first);
        }

        entry.Generation = generation;
        entry.DeletedAtTicks = 0; // there is a new node of the same name
        return entry.Current.IsSameAs(verdict) ? null : Set(entry, AnswerFor(name, verdict, entry));
    }

    private NodeTransition Set(NodeEntry entry, NodeAnswer answer)
    {
        NodeTransition transition = new(answer.Name, entry.Current, answer);
        entry.Set(answer);
        _feed.Publish(answer);
        return transition;
    }

    private NodeAnswer AnswerFor(string name, Verdict verdict, NodeEntry? entry)
    {
        bool sameSign = entry is not null && entry.Current.State == verdict.State && entry.Current.Signal == verdict.Signal;

        // Nobody knows since when a node is ready that is seen for the first time.
        bool isUnknown = entry is null && verdict.State is NodeState.Ready;
        DateTimeOffset? firstSeen = isUnknown ? null : sameSign ? entry!.Current.Since : clock.GetUtcNow();
        return new NodeAnswer(entry?.Current.Name ?? name, verdict.State, verdict.Signal, verdict.Reason, verdict.Since ?? firstSeen, verdict.Deadline);
    }

    private void WakeThoseWhoWaitForANewNode()
    {
        TaskCompletionSource added = Volatile.Read(ref _added);
        Volatile.Write(ref _added, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        added.SetResult();
    }

    private bool IsForgotten(NodeEntry entry) =>
        entry.DeletedAtTicks is not 0 and var ticks && clock.GetUtcNow().UtcTicks - ticks > options.RememberDeleted.Ticks;

    /// <summary>
    /// Forgets deleted nodes that are too old or too many. A node that came back and was deleted again is in the queue
    /// twice, and only its later place counts.
    /// </summary>
    private void Forget()
    {
        long oldest = clock.GetUtcNow().UtcTicks - options.RememberDeleted.Ticks;
        while (_deleted.TryPeek(out (string Name, long DeletedAtTicks) first)
            && (first.DeletedAtTicks < oldest || _deleted.Count > options.RememberDeletedCount))
        {
            _deleted.Dequeue();
            if (_nodes.TryGetValue(first.Name, out NodeEntry? entry) && entry.DeletedAtTicks == first.DeletedAtTicks)
            {
                _nodes.TryRemove(first.Name, out _);
                entry.Wake(); // requests that wait for this entry must now wait for a new node of that name
            }
        }
    }
}
