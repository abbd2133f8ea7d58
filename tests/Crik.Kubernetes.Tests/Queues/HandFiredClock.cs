namespace Crik.Kubernetes.Tests.Queues;

/// <summary>A clock whose timers elapse when the test says so.</summary>
internal sealed class HandFiredClock : TimeProvider
{
    private readonly List<Action> _timers = [];

    /// <summary>How many timers were started.</summary>
    public int Timers
    {
        get
        {
            lock (_timers)
            {
                return _timers.Count;
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_timers)
        {
            _timers.Add(() => callback(state));
        }

        return new Handle();
    }

    /// <summary>What awaits the timer has run when this returns, because the thread pool has no context to return to.</summary>
    /// <param name="timer">Counted from zero, in the order in which they were started.</param>
    public Task FireAsync(int timer)
    {
        lock (_timers)
        {
            return Task.Run(_timers[timer]);
        }
    }

    private sealed class Handle : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
