namespace Crik.NodeAgent.Work;

/// <summary>Why the work on an object paused.</summary>
internal abstract record WorkResult
{
    private WorkResult()
    {
    }

    /// <summary>Nothing is left to do until the object or its pod changes.</summary>
    public sealed record Done : WorkResult;

    /// <summary>The object does not exist any more. What it has left on the node is not needed.</summary>
    public sealed record Gone : WorkResult;

    public sealed record Again(TimeSpan Pause) : WorkResult
    {
        /// <summary>Whether a step has failed, so that news about the object do not shorten the pause.</summary>
        public bool HasFailed { get; init; }
    }

    /// <summary>The next step belongs into the other queue: the one for slow steps, or the one for the rest.</summary>
    public sealed record OtherQueue : WorkResult
    {
        /// <summary>After which time this queue has something to do for it too. Null: it has nothing.</summary>
        public TimeSpan? Meanwhile { get; init; }
    }
}
