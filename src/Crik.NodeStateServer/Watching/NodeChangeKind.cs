namespace Crik.NodeStateServer.Watching;

internal enum NodeChangeKind
{
    /// <summary>The watch is open, and no change has arrived yet.</summary>
    Opened,

    /// <summary>The Node exists. It may be new, changed or unchanged.</summary>
    Present,

    Deleted,

    /// <summary>No Node changed up to this version.</summary>
    Bookmark,

    /// <summary>The list is complete. Nodes that were not in it no longer exist.</summary>
    Listed,
}
