namespace Crik.NodeStateServer.Pods;

/// <summary>Reads one pod. Outside of tests, this is the API server.</summary>
internal interface IPodSource
{
    /// <returns>Null when there is no such pod.</returns>
    /// <exception cref="PodSourceException">The pod could not be read.</exception>
    Task<PodDisruption?> FindAsync(PodName pod, CancellationToken cancellationToken);
}
