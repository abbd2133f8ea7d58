namespace Crik.NodeStateServer.Watching;

/// <summary>Where Nodes come from: the API server, or what a test says.</summary>
internal interface INodeSource
{
    /// <summary>Every Node there is, then <see cref="NodeChangeKind.Listed"/> with the version to watch from.</summary>
    IAsyncEnumerable<NodeChange> ListAsync(CancellationToken cancellationToken);

    /// <summary>What happens after that version, until the server ends the watch as it does every few minutes.</summary>
    /// <exception cref="WatchExpiredException">The server does not remember that version: list again.</exception>
    IAsyncEnumerable<NodeChange> WatchAsync(string version, CancellationToken cancellationToken);
}
