namespace Crik.NodeStateServer.Signals;

/// <summary>The few fields of a Node that a rule may look at. It lives only from the decoder to the classifier.</summary>
internal sealed record NodeSnapshot
{
    public required string Name { get; init; }

    public bool Unschedulable { get; init; }

    /// <summary>Set while finalizers hold a Node that was deleted, as Karpenter's does for the length of its drain.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    public IReadOnlyList<NodeCondition> Conditions { get; init; } = [];

    public IReadOnlyList<NodeTaint> Taints { get; init; } = [];

    /// <summary>Only those with a key that some rule asks for.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = EmptyMap;

    /// <summary>Only those with a key that some rule asks for.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = EmptyMap;

    public static IReadOnlyDictionary<string, string> EmptyMap { get; } = new Dictionary<string, string>();
}

internal sealed record NodeCondition(string Type, string Status, string Reason, string Message, DateTimeOffset? LastTransition);

internal sealed record NodeTaint(string Key, string Value, string Effect, DateTimeOffset? AddedAt);
