using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.Watching;

/// <summary>One report of an <see cref="INodeSource"/>.</summary>
/// <param name="Version">The resource version that was reached, if this report has one.</param>
/// <param name="Trouble">Only <see cref="NodeChangeKind.Failed"/> has it.</param>
internal readonly record struct NodeChange(NodeChangeKind Kind, string? Version = null, NodeSnapshot? Node = null, NodeSourceTrouble? Trouble = null);
