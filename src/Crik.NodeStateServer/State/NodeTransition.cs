namespace Crik.NodeStateServer.State;

/// <summary>A change of a node's answer; nothing before means that the node is new.</summary>
internal sealed record NodeTransition(string Name, NodeAnswer? Before, NodeAnswer After);
