using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.State;

/// <summary>
/// A list of all Nodes in progress. A Node in it counts at once. A Node that is not in it counts as deleted only when
/// the list is complete.
/// </summary>
internal sealed class NodeListing(NodeStateStore store)
{
    public NodeTransition? Apply(string name, Verdict verdict, string? resourceVersion = null) => store.Apply(name, verdict, resourceVersion);

    /// <param name="version">The resource version of the list.</param>
    public IEnumerable<NodeTransition> Complete(string? version = null) => store.CompleteListing(version);
}
