namespace Crik.NodeStateServer.Signals;

/// <summary>The few fields of a Node that rules need. It is not kept after the Node has been classified.</summary>
internal sealed record NodeSnapshot
{
    public required string Name { get; init; }

    /// <summary>The metadata.resourceVersion. It is null if the source has none.</summary>
    public string? ResourceVersion { get; init; }

    public bool Unschedulable { get; init; }

    /// <summary>
    /// When the Node was deleted, if a finalizer still keeps it. Karpenter's finalizer keeps a Node while it is
    /// drained.
    /// </summary>
    public DateTimeOffset? DeletedAt { get; init; }

    public IReadOnlyList<NodeCondition> Conditions { get; init; } = [];

    public IReadOnlyList<NodeTaint> Taints { get; init; } = [];

    /// <summary>The labels that rules need.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = EmptyMap;

    /// <summary>The annotations that rules need.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = EmptyMap;

    public static IReadOnlyDictionary<string, string> EmptyMap { get; } = new Dictionary<string, string>();
}

internal sealed record NodeCondition(string Type, string Status, string Reason, string Message, DateTimeOffset? LastTransition);

internal sealed record NodeTaint(string Key, string Value, string Effect, DateTimeOffset? AddedAt);
