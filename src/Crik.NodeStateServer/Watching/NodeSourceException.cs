namespace Crik.NodeStateServer.Watching;

/// <summary>
/// The source cannot be reached, refuses a request, or sends something that cannot be understood. The watcher tries
/// again.
/// </summary>
internal class NodeSourceException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>
    /// Whether the next try must be a list, because the source may have refused the version of the watch.
    /// </summary>
    public bool MustList { get; init; }
}
