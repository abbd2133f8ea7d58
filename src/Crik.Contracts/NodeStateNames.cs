namespace Crik.Contracts;

/// <summary>
/// Converts <see cref="NodeState"/> to and from its name on the wire, for code that does not use JSON.
/// </summary>
public static class NodeStateNames
{
    public static IReadOnlyList<NodeState> All { get; } =
        [NodeState.Unknown, NodeState.Ready, NodeState.Cordoned, NodeState.ShuttingDown, NodeState.Gone];

    public static string ToWireName(this NodeState state) => state switch
    {
        NodeState.Unknown => "unknown",
        NodeState.Ready => "ready",
        NodeState.Cordoned => "cordoned",
        NodeState.ShuttingDown => "shutting-down",
        NodeState.Gone => "gone",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };

    public static bool TryParse(string? name, out NodeState state)
    {
        foreach (NodeState candidate in All)
        {
            if (candidate.ToWireName() == name)
            {
                state = candidate;
                return true;
            }
        }

        state = NodeState.Unknown;
        return false;
    }
}
