namespace Crik.NodeStateServer.Watching;

internal enum NodeChangeKind
{
    /// <summary>A list of all Nodes begins. Nodes that are not in it until <see cref="Listed"/> no longer exist.</summary>
    ListBegins,

    /// <summary>The Node exists. It may be new, changed or unchanged.</summary>
    Present,

    /// <summary>The Node was deleted. This can also happen while a list is in progress.</summary>
    Deleted,

    /// <summary>The list is complete.</summary>
    Listed,

    /// <summary>A watch is being opened.</summary>
    WatchBegins,

    /// <summary>The watch is open and stays open. It may have brought nothing yet.</summary>
    Opened,

    /// <summary>No Node changed up to this version.</summary>
    Bookmark,

    /// <summary>The API server has ended the watch, which it does every few minutes.</summary>
    Ended,

    /// <summary>A list or a watch failed.</summary>
    Failed,
}
