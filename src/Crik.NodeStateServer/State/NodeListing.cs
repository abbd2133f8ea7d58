using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.State;

/// <summary>A list in progress: what it holds counts at once, what it does not hold is gone only when it is complete.</summary>
internal sealed class NodeListing(NodeStateStore store)
{
    public NodeTransition? Apply(string name, Verdict verdict) => store.Apply(name, verdict);

    public IEnumerable<NodeTransition> Complete() => store.CompleteListing();
}
