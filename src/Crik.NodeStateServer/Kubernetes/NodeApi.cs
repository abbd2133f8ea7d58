using Crik.Kubernetes.Api;
using Crik.Kubernetes.Watching;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Watching;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>Reads the Nodes from an API server.</summary>
internal sealed class NodeApi(KubernetesApi api, KubernetesJson json, ServerOptions options, TimeProvider clock) : INodeSource
{
    public Task FollowAsync(Action<NodeChange> seen, CancellationToken cancellationToken)
    {
        FollowOptions how = new() { PageSize = options.PageSize, IdleTimeout = options.WatchIdleTimeout };
        ResourceFollower<NodeDocument> nodes = new(api, new ResourceSelection(ResourceType.Core("nodes")), json.NodeDocument, how, clock);
        return nodes.FollowAsync(change => Pass(change, seen), cancellationToken);
    }

    private static void Pass(ResourceChange<NodeDocument> change, Action<NodeChange> seen)
    {
        if (change.Item is { Metadata.Name: not { Length: > 0 } })
        {
            return; // not a Node
        }

        NodeSourceTrouble? trouble = change.Trouble is { } failed ? new NodeSourceTrouble(failed.Problem, failed.ListsAgain, failed.Pause) : null;
        seen(new NodeChange(KindOf(change.Kind), change.Version, change.Item?.ToSnapshot(), trouble));
    }

    private static NodeChangeKind KindOf(ResourceChangeKind kind) => kind switch
    {
        ResourceChangeKind.ListBegins => NodeChangeKind.ListBegins,
        ResourceChangeKind.Present => NodeChangeKind.Present,
        ResourceChangeKind.Deleted => NodeChangeKind.Deleted,
        ResourceChangeKind.Listed => NodeChangeKind.Listed,
        ResourceChangeKind.WatchBegins => NodeChangeKind.WatchBegins,
        ResourceChangeKind.Opened => NodeChangeKind.Opened,
        ResourceChangeKind.Bookmark => NodeChangeKind.Bookmark,
        ResourceChangeKind.Ended => NodeChangeKind.Ended,
        ResourceChangeKind.Failed => NodeChangeKind.Failed,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
