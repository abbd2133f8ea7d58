using System.Net;
using Crik.Kubectl.Cluster;
using Crik.Kubernetes.Api;
using Crik.Pods;

namespace Crik.Kubectl.Checkpoints;

/// <summary>The nodes on which a restored pod may run, as far as the user may look at them.</summary>
/// <param name="Usable">Those that may be used.</param>
/// <param name="All">All that are known.</param>
internal sealed record RestoreNodes(IReadOnlyList<NodeFacts> Usable, IReadOnlyList<NodeFacts> All)
{
    private static readonly ResourceType s_nodes = ResourceType.Core("nodes");

    /// <summary>Why nobody has looked at the nodes, or null.</summary>
    public string? NotRead { get; private init; }

    /// <param name="name">The node that the user has named, or null.</param>
    /// <exception cref="KubectlException">There is no such node.</exception>
    public static async Task<RestoreNodes> ReadAsync(ClusterSession cluster, string? name, CancellationToken cancellationToken)
    {
        try
        {
            NodeFacts[] all = [.. (await cluster.ListAsync(s_nodes, null, null, cancellationToken)).Select(NodeFacts.Of)];
            return new RestoreNodes(name is null ? all : [Named(all, name)], all);
        }
        catch (KubernetesException exception) when (exception.Status is HttpStatusCode.Forbidden)
        {
            NodeFacts unknown = new(name ?? "", "", "");
            return new RestoreNodes([unknown], [unknown])
            {
                NotRead = $"You may not list nodes, so nobody has looked whether {name ?? "a node"} can restore it: {exception.Message}",
            };
        }
    }

    private static NodeFacts Named(NodeFacts[] all, string name) => Array.Find(all, node => node.Name == name)
        ?? throw new KubectlException($"there is no node {name}; the cluster has {string.Join(", ", all.Take(20).Select(static node => node.Name))}");
}
