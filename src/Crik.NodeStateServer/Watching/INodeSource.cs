using Crik.Kubernetes.Watching;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.Watching;

/// <summary>Provides the Nodes of a cluster. Outside of tests, this is the API server.</summary>
internal interface INodeSource
{
    /// <summary>
    /// Reports every Node and every change until it is canceled. A failure is one of the reports. The source then tries
    /// again by itself.
    /// </summary>
    /// <param name="seen">Is called for one report after the other.</param>
    Task FollowAsync(Action<ResourceChange<NodeSnapshot>> seen, CancellationToken cancellationToken);
}
