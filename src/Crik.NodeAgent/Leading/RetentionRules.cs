namespace Crik.NodeAgent.Leading;

/// <summary>Which checkpoints are kept. Without limits, all of them are.</summary>
internal sealed record RetentionRules
{
    public RetentionLimit Container { get; init; } = new(null, null);

    public RetentionLimit Pod { get; init; } = new(null, null);

    public RetentionLimit Namespace { get; init; } = new(null, null);

    /// <summary>After this time a checkpoint expires, and so does an object that has failed.</summary>
    public TimeSpan? MaxAge { get; init; }
}

/// <summary>How much is kept of one container, pod or namespace. Null means no limit.</summary>
internal sealed record RetentionLimit(int? Count, long? Bytes);
