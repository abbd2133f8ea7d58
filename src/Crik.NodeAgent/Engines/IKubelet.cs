using Crik.NodeAgent.Archives;

namespace Crik.NodeAgent.Engines;

/// <summary>The kubelet of this node.</summary>
internal interface IKubelet
{
    /// <summary>Lets the kubelet make an archive of a container.</summary>
    /// <param name="timeout">How long the container runtime may take.</param>
    Task<KubeletAnswer> CheckpointAsync(ContainerName container, TimeSpan timeout, CancellationToken cancellationToken);
}
