namespace Crik.NodeStateServer.State;

/// <summary>
/// Knows how far this replica has seen the cluster's history, and when it last heard that this is current. A list and
/// each message of a watch move it on. A request that knows a later version from another replica waits here.
/// </summary>
internal sealed class SeenHistory(TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly SortedSet<Waiter> _waiting = [];
    private ulong _reached;

    /// <summary>
    /// The largest version of a history that was replaced: an API server restored from a backup counts from an earlier
    /// version. Nobody waits for what only that history had.
    /// </summary>
    private ulong _replaced;

    private long _waits;
    private long _observedAtTicks;
    private bool _isClosed;

    /// <summary>When the API server last said that everything up to now was sent. Null before the first list.</summary>
    public DateTimeOffset? ObservedAt => Volatile.Read(ref _observedAtTicks) is var ticks and not 0 ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public string Position
    {
        get
        {
            lock (_gate)
            {
                return _reached.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
        }
    }

    /// <summary>How many requests wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>A list is complete. Its version may be smaller than what was seen before.</summary>
    public void Listed(string? version)
    {
        Move(version, static (history, listed) =>
        {
            history._replaced = listed < history._reached ? Math.Max(history._replaced, history._reached) : history._replaced;
            history._reached = listed;
        });
    }

    /// <summary>
    /// The API server sent a whole list, an event or a bookmark. Call it before that changes an answer, and <see cref="Listed"/>
    /// or <see cref="Reached"/> after it, so that whoever waits finds everything that it says.
    /// </summary>
    public void Heard() => Volatile.Write(ref _observedAtTicks, clock.GetUtcNow().UtcTicks);

    /// <summary>A watch has sent everything up to this version, and the store has it.</summary>
    public void Reached(string? version) => Move(version, static (history, seen) => history._reached = Math.Max(history._reached, seen));

    public bool Has(ulong version)
    {
        lock (_gate)
        {
            return version <= Math.Max(_reached, _replaced);
        }
    }

    /// <returns>Whether this replica has seen that version before the time was over.</returns>
    public async Task<bool> WaitAsync(ulong version, TimeSpan atMost, CancellationToken cancellationToken)
    {
        Waiter waiting;
        lock (_gate)
        {
            bool isSeen = version <= Math.Max(_reached, _replaced);
            if (isSeen || _isClosed)
            {
                return isSeen;
            }

            waiting = new Waiter(version, ++_waits);
            _waiting.Add(waiting);
        }

        try
        {
            await waiting.Over.Task.WaitAsync(atMost, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            lock (_gate)
            {
                _waiting.Remove(waiting);
            }
        }

        return Has(version);
    }

    /// <summary>Ends all waiting.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Wake(ulong.MaxValue);
        }
    }

    private void Move(string? version, Action<SeenHistory, ulong> move)
    {
        if (ResourceVersion.Parse(version) is not { } number)
        {
            return;
        }

        lock (_gate)
        {
            move(this, number);
            Wake(Math.Max(_reached, _replaced));
        }
    }

    private void Wake(ulong version)
    {
        while (_waiting.Min is { } first && first.Version <= version)
        {
            _waiting.Remove(first);
            first.Over.TrySetResult();
        }
    }

    private sealed record Waiter(ulong Version, long Number) : IComparable<Waiter>
    {
        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int CompareTo(Waiter? other) => (Version, Number).CompareTo((other!.Version, other.Number));
    }
}
