namespace Crik.NodeAgent;

/// <summary>The log messages of the node agent. The numbers never change, because alerts may depend on them.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "crik-node-agent {Version} saves containers of the node {Node} for the API server {Cluster}")]
    public static partial void Serving(this ILogger log, string version, string node, string cluster);

    [LoggerMessage(3, LogLevel.Information, "this agent leads now: it answers for pods that do not exist, and deletes expired checkpoints")]
    public static partial void Leads(this ILogger log);

    [LoggerMessage(4, LogLevel.Information, "this agent leads no longer")]
    public static partial void LeadsNoLonger(this ILogger log);

    [LoggerMessage(5, LogLevel.Warning, "the lease could not be taken or renewed: {Problem}")]
    public static partial void LeaseFailed(this ILogger log, string problem);

    // 6 is the number of JsonLines about lines that were dropped.
    [LoggerMessage(10, LogLevel.Information, "PodCheckpoint {Namespace}/{Name}: {Message}")]
    public static partial void Completed(this ILogger log, string @namespace, string name, string message);

    [LoggerMessage(11, LogLevel.Warning, "PodCheckpoint {Namespace}/{Name} ({Reason}): {Message}")]
    public static partial void Failed(this ILogger log, string @namespace, string name, string reason, string message);

    [LoggerMessage(12, LogLevel.Warning, "an Event about PodCheckpoint {Namespace}/{Name} could not be written: {Problem}")]
    public static partial void EventNotWritten(this ILogger log, string @namespace, string name, string problem);

    [LoggerMessage(13, LogLevel.Warning, "the work on PodCheckpoint {Namespace}/{Name} was interrupted: {Problem}; the next try is in {Seconds:0.0} s")]
    public static partial void Interrupted(this ILogger log, string @namespace, string name, string problem, double seconds);

    [LoggerMessage(14, LogLevel.Warning, "{Problem}; the next try is in {Seconds:0.0} s")]
    public static partial void FollowingFailed(this ILogger log, string problem, double seconds);

    [LoggerMessage(15, LogLevel.Information, "removed the archive {File}, whose PodCheckpoint does not exist any more")]
    public static partial void OrphanRemoved(this ILogger log, string file);

    [LoggerMessage(16, LogLevel.Warning, "the directory {Directory} cannot be read: {Problem}")]
    public static partial void DirectoryNotRead(this ILogger log, string directory, string problem);

    [LoggerMessage(20, LogLevel.Information, "deleted PodCheckpoint {Namespace}/{Name}: it has expired ({Rule})")]
    public static partial void Expired(this ILogger log, string @namespace, string name, string rule);

    [LoggerMessage(21, LogLevel.Warning, "the upkeep of PodCheckpoints failed: {Problem}; the next try is in {Seconds:0.0} s")]
    public static partial void UpkeepFailed(this ILogger log, string problem, double seconds);
}
