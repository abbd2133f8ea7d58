namespace Crik.NodeStateServer.Watching;

/// <summary>Provides the Nodes of a cluster. Outside of tests, this is the API server.</summary>
internal interface INodeSource
{
    /// <summary>
    /// Returns every Node, then <see cref="NodeChangeKind.Listed"/> with the version from which to watch.
    /// </summary>
    IAsyncEnumerable<NodeChange> ListAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Returns the changes after that version. The API server ends a watch every few minutes, which is normal.
    /// </summary>
    /// <exception cref="WatchExpiredException">
    /// The API server no longer has that version. List all Nodes again.
    /// </exception>
    IAsyncEnumerable<NodeChange> WatchAsync(string version, CancellationToken cancellationToken);
}
