namespace Crik.Kubernetes.Watching;

/// <summary>What a <see cref="ResourceFollower{T}"/> reports.</summary>
public enum ResourceChangeKind
{
    /// <summary>A list of all objects begins. Those that are not in it until <see cref="Listed"/> no longer exist.</summary>
    ListBegins,

    /// <summary>The object exists. It may be new, changed or unchanged.</summary>
    Present,

    /// <summary>The object was deleted. This can also happen while a list is in progress.</summary>
    Deleted,

    /// <summary>The list is complete.</summary>
    Listed,

    /// <summary>A watch is being opened.</summary>
    WatchBegins,

    /// <summary>The watch is open and stays open. It may have brought nothing yet.</summary>
    Opened,

    /// <summary>No object changed up to this version.</summary>
    Bookmark,

    /// <summary>The API server has ended the watch, which it does every few minutes.</summary>
    Ended,

    /// <summary>A list or a watch failed. The next try follows after a pause.</summary>
    Failed,
}
