using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.Watching;

internal enum NodeChangeKind
{
    /// <summary>The watch is open: nothing has happened since the version it began at.</summary>
    Opened,

    /// <summary>A Node is there, new, changed or as before.</summary>
    Present,

    Deleted,

    /// <summary>Nothing happened up to this version.</summary>
    Bookmark,

    /// <summary>The list is over; Nodes that were not in it are not there any more.</summary>
    Listed,
}

/// <summary>What a source tells about the Nodes.</summary>
/// <param name="Version">The resource version to go on from, where this change has one.</param>
internal readonly record struct NodeChange(NodeChangeKind Kind, string? Version = null, NodeSnapshot? Node = null);
