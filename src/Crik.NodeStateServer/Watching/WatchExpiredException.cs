namespace Crik.NodeStateServer.Watching;

/// <summary>The source no longer has the version: it sent 410 Gone, as a status or as an event of the watch.</summary>
internal sealed class WatchExpiredException(string message) : NodeSourceException(message);
