namespace Crik.NodeStateServer.State;

/// <summary>A change of the answer about a node. <paramref name="Before"/> is null when the node is new.</summary>
internal sealed record NodeTransition(string Name, NodeAnswer? Before, NodeAnswer After);
