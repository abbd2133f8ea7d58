namespace Crik.StandIn.Resources;

/// <summary>The changes of the objects of one type, for watches.</summary>
internal sealed class ResourceHistory
{
    /// <summary>How many changes are kept. A watch that is further behind gets 410, as after a compaction of etcd.</summary>
    private const int Kept = 20_000;

    private readonly List<StandInEvent> _events = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _forgottenTo;

    public void Add(StandInEvent happened)
    {
        _events.Add(happened);
        if (_events.Count > 2 * Kept)
        {
            _forgottenTo = _events[Kept - 1].Version;
            _events.RemoveRange(0, Kept);
        }

        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    /// <returns>Null events if they are forgotten, and a task that completes at the next change.</returns>
    public (StandInEvent[]? Events, Task Changed) After(long version)
    {
        int first = _events.Count;
        while (first > 0 && _events[first - 1].Version > version)
        {
            first--;
        }

        return (version < _forgottenTo ? null : [.. _events[first..]], _changed.Task);
    }
}
