namespace Crik.NodeStateServer.State;

/// <summary>Holds the current answer about one node, and wakes the requests that wait for the next one.</summary>
internal sealed class NodeEntry(NodeAnswer answer, int generation)
{
    private volatile NodeAnswer _current = answer;
    private TaskCompletionSource? _changed;
    private long _deletedAt;

    public NodeAnswer Current => _current;

    /// <summary>The number of the last list that contained the node. Only the watcher uses it.</summary>
    public int Generation { get; set; } = generation;

    /// <summary>
    /// When the Node was deleted, as a timestamp of the server's clock, or 0 while it exists. Only the watcher writes it. It
    /// is one machine word, so that other threads never read half of it.
    /// </summary>
    public long DeletedAt
    {
        get => Volatile.Read(ref _deletedAt);
        set => Volatile.Write(ref _deletedAt, value);
    }

    /// <summary>
    /// Returns a task that completes at the next change. Call this before you read <see cref="Current"/>, otherwise you
    /// can miss a change between the two.
    /// </summary>
    public Task NextChange()
    {
        lock (this)
        {
            // The waiting requests continue on the thread pool, so that the watcher does not run their code.
            return (_changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Sets the answer. Requests wait for another version, so other words with the same version wake nobody.</summary>
    public void Set(NodeAnswer answer)
    {
        bool isOther = answer.Version != _current.Version;
        _current = answer;
        if (isOther)
        {
            Wake();
        }
    }

    /// <summary>Makes every waiting request look at the answer again.</summary>
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
