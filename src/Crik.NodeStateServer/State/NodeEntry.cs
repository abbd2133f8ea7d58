namespace Crik.NodeStateServer.State;

/// <summary>A node's present answer, and those who wait for another one.</summary>
internal sealed class NodeEntry(NodeAnswer answer, int generation)
{
    private volatile NodeAnswer _current = answer;
    private TaskCompletionSource? _changed;
    private long _deletedAtTicks;

    public NodeAnswer Current => _current;

    /// <summary>The listing that saw it last. Only the watcher touches it.</summary>
    public int Generation { get; set; } = generation;

    /// <summary>When the Node was deleted, 0 while it is there. Only the watcher writes it; as one word it is read whole.</summary>
    public long DeletedAtTicks
    {
        get => Volatile.Read(ref _deletedAtTicks);
        set => Volatile.Write(ref _deletedAtTicks, value);
    }

    /// <summary>Completes at the next change. Take it first, then look at <see cref="Current"/>: then none is missed.</summary>
    public Task NextChange()
    {
        lock (this)
        {
            // Whoever waits goes on in the pool: the watcher must not run their code.
            return (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    public void Set(NodeAnswer answer)
    {
        _current = answer;
        Wake();
    }

    /// <summary>Lets everyone who waits look again.</summary>
    public void Wake()
    {
        TaskCompletionSource? changed;
        lock (this)
        {
            (changed, _changed) = (_changed, null);
        }

        changed?.SetResult();
    }
}
