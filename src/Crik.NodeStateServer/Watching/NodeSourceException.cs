namespace Crik.NodeStateServer.Watching;

/// <summary>The source cannot be reached, refuses, or says what cannot be understood. Worth another try later.</summary>
internal class NodeSourceException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether the source itself refused the version: a list is then surer than another try.</summary>
    public bool MustList { get; init; }
}

/// <summary>410 Gone, as a status or as an event of the watch.</summary>
internal sealed class WatchExpiredException(string message) : NodeSourceException(message);
