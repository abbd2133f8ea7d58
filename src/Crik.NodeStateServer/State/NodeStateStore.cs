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
    private readonly Queue<(string Name, long DeletedAt)> _deleted = new();
    private readonly ChangeFeed _feed = new(clock);
    private TaskCompletionSource _added = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isSynced;
    private volatile bool _isClosed;
    private int _generation;

    /// <summary>Whether the first list is complete. Before that, nothing is known about any node.</summary>
    public bool IsSynced => _isSynced;

    /// <summary>Whether all waiting has ended, because the server is shutting down.</summary>
    public bool IsClosed => _isClosed;

    public int Count => _nodes.Count;

    /// <summary>How far this replica has seen the cluster's history.</summary>
    public SeenHistory History { get; } = new(clock);

    /// <summary>The number of the last change.</summary>
    public long LastChange => _feed.Last;

    public NodeAnswer? Find(string name) => _nodes.TryGetValue(name, out NodeEntry? entry) && !IsForgotten(entry) ? entry.Current : null;

    public IEnumerable<NodeAnswer> All() => _nodes.Where(pair => !IsForgotten(pair.Value)).Select(pair => pair.Value.Current);

    /// <summary>
    /// Tells whether this replica has seen that Node at that resource version or later. In the middle of a list, the Node's
    /// own version can be later than that of everything else.
    /// </summary>
    public bool HasSeen(string name, ulong version) =>
        History.Has(version) || (_nodes.TryGetValue(name, out NodeEntry? entry) && ResourceVersion.Parse(entry.Current.ResourceVersion) >= version);

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

    /// <summary>Subscribes to the changes after that number. Null if they are not all remembered.</summary>
    public ChangeSubscription? SubscribeAfter(long number) => _feed.SubscribeAfter(number);

    /// <summary>Ends all waiting. Every waiting request gets the current answer.</summary>
    public void Close()
    {
        _isClosed = true;
        foreach (NodeEntry entry in _nodes.Values)
        {
            entry.Wake();
        }

        WakeThoseWhoWaitForANewNode();
        History.Close();
        _feed.Close();
    }

    /// <returns>The change, or null when the answer stays the same.</returns>
    public NodeTransition? Apply(string name, Verdict verdict, string? resourceVersion = null)
    {
        if (!_nodes.TryGetValue(name, out NodeEntry? entry))
        {
            NodeAnswer first = AnswerFor(name, verdict, null, resourceVersion);
            _nodes[name] = new NodeEntry(first, _generation);
            WakeThoseWhoWaitForANewNode();
            _feed.Publish(first);
            return new NodeTransition(name, null, first);
        }

        entry.Generation = _generation;
        entry.DeletedAt = 0; // there is a new node of the same name
        if (entry.Current.IsSameAs(verdict))
        {
            // Most writes of a Node are heartbeats of its kubelet.
            entry.Current.ResourceVersion = resourceVersion ?? entry.Current.ResourceVersion;
            return null;
        }

        return Set(entry, AnswerFor(name, verdict, entry, resourceVersion));
    }

    /// <param name="resourceVersion">
    /// The version of the deletion. The answer keeps it. When a list does not have the Node any more, it is the version of
    /// the list, which is not earlier than the deletion.
    /// </param>
    public NodeTransition? Remove(string name, string? resourceVersion = null)
    {
        if (!_nodes.TryGetValue(name, out NodeEntry? entry) || entry.DeletedAt != 0)
        {
            return null;
        }

        NodeTransition transition = Set(entry, AnswerFor(name, Verdict.Deleted(clock.GetUtcNow()), entry, resourceVersion));
        entry.DeletedAt = clock.GetTimestamp();
        _deleted.Enqueue((name, entry.DeletedAt));
        Forget();
        return transition;
    }

    public NodeListing BeginListing()
    {
        _generation++;
        return new NodeListing(this);
    }

    internal IEnumerable<NodeTransition> CompleteListing(string? version)
    {
        History.Heard();
        foreach ((string name, NodeEntry entry) in _nodes)
        {
            if (entry.Generation != _generation && Remove(name, version) is { } transition)
            {
                yield return transition;
            }
        }

        History.Listed(version);
        _isSynced = true;
        Forget();
    }

    private NodeTransition Set(NodeEntry entry, NodeAnswer answer)
    {
        NodeTransition transition = new(answer.Name, entry.Current, answer);
        entry.Set(answer);
        _feed.Publish(answer);
        return transition;
    }

    private NodeAnswer AnswerFor(string name, Verdict verdict, NodeEntry? entry, string? resourceVersion)
    {
        bool sameSign = entry is not null && entry.Current.State == verdict.State && entry.Current.Signal == verdict.Signal;

        // Nobody knows since when a node is ready that is seen for the first time.
        bool isUnknown = entry is null && verdict.State is NodeState.Ready;
        DateTimeOffset? firstSeen = isUnknown ? null : sameSign ? entry!.Current.Since : clock.GetUtcNow();
        return new NodeAnswer(entry?.Current.Name ?? name, verdict.State, verdict.Signal, verdict.Reason, verdict.Since ?? firstSeen, verdict.Deadline)
        {
            ResourceVersion = resourceVersion ?? entry?.Current.ResourceVersion,
            HeardAt = clock.GetTimestamp(),
        };
    }

    private void WakeThoseWhoWaitForANewNode()
    {
        TaskCompletionSource added = Volatile.Read(ref _added);
        Volatile.Write(ref _added, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        added.SetResult();
    }

    private bool IsForgotten(NodeEntry entry) =>
        entry.DeletedAt is not 0 and var deletedAt && clock.GetElapsedTime(deletedAt) > options.RememberDeleted;

    /// <summary>
    /// Forgets deleted nodes that are too old or too many. A node that came back and was deleted again is in the queue
    /// twice, and only its later place counts.
    /// </summary>
    private void Forget()
    {
        while (_deleted.TryPeek(out (string Name, long DeletedAt) first)
            && (clock.GetElapsedTime(first.DeletedAt) > options.RememberDeleted || _deleted.Count > options.RememberDeletedCount))
        {
            _deleted.Dequeue();
            if (_nodes.TryGetValue(first.Name, out NodeEntry? entry) && entry.DeletedAt == first.DeletedAt)
            {
                _nodes.TryRemove(first.Name, out _);
                entry.Wake(); // requests that wait for this entry must now wait for a new node of that name
            }
        }
    }
}
