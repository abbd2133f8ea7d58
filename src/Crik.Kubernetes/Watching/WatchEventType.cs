namespace Crik.Kubernetes.Watching;

internal enum WatchEventType
{
    /// <summary>ADDED or MODIFIED. After a watch was cut, one can come in place of the other.</summary>
    Present,

    Deleted,
    Bookmark,

    /// <summary>The bookmark after the last of the objects with which a watch began.</summary>
    InitialEventsEnd,
}
