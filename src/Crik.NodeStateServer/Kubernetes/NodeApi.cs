using Crik.Kubernetes.Api;
using Crik.Kubernetes.Watching;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Signals;
using Crik.NodeStateServer.Watching;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>Reads the Nodes from an API server.</summary>
internal sealed class NodeApi(KubernetesApi api, KubernetesJson json, ServerOptions options, TimeProvider clock) : INodeSource
{
    public Task FollowAsync(Action<ResourceChange<NodeSnapshot>> seen, CancellationToken cancellationToken)
    {
        FollowOptions how = new() { PageSize = options.PageSize, IdleTimeout = options.WatchIdleTimeout };
        ResourceFollower<NodeDocument> nodes = new(api, new ResourceSelection(ResourceType.Core("nodes")), json.NodeDocument, how, clock);
        return nodes.FollowAsync(change => Pass(change, seen), cancellationToken);
    }

    private static void Pass(ResourceChange<NodeDocument> change, Action<ResourceChange<NodeSnapshot>> seen)
    {
        if (change.Item is not { Metadata.Name: not { Length: > 0 } }) // otherwise it is not a Node
        {
            seen(new ResourceChange<NodeSnapshot>(change.Kind, change.Version, change.Item?.ToSnapshot(), change.Trouble));
        }
    }
}
