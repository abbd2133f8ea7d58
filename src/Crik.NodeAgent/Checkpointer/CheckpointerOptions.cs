namespace Crik.NodeAgent.Checkpointer;

/// <summary>The settings of the Checkpointer's interface.</summary>
internal sealed record CheckpointerOptions
{
    /// <summary>The audience that the token of a caller must have.</summary>
    public string Audience { get; init; } = "crik-checkpointer";

    /// <summary>How many requests may wait for checkpoints at the same time. Each has a watch of its own.</summary>
    public int MostWaiting { get; init; } = 200;

    /// <summary>How long a request waits while nothing about its checkpoint changes, beside the time that its size takes.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many bytes in a second even a slow registry takes. A push changes nothing in the object until it is done.</summary>
    public long BytesPerSecond { get; init; } = 1 << 20;

    /// <summary>How long a request waits until the agent on the node of the pod begins.</summary>
    public TimeSpan Untaken { get; init; } = TimeSpan.FromMinutes(1);
}
