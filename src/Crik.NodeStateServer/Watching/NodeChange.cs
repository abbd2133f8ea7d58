using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.Watching;

/// <summary>One message of an <see cref="INodeSource"/>.</summary>
/// <param name="Version">The resource version from which the next watch can start, if this change has one.</param>
internal readonly record struct NodeChange(NodeChangeKind Kind, string? Version = null, NodeSnapshot? Node = null);
