namespace Crik.NodeAgent.Checkpointer;

/// <summary>The log messages of the Checkpointer's interface. The numbers never change, because alerts may depend on them.</summary>
internal static partial class CheckpointerLog
{
    [LoggerMessage(80, LogLevel.Information, "{Method} {Path} was answered with status {Status}")]
    public static partial void CheckpointerAnswered(this ILogger log, string method, string path, int status);

    [LoggerMessage(81, LogLevel.Warning, "a caller's token could not be checked with the API server; this is logged once a minute: {Problem}")]
    public static partial void TokenNotChecked(this ILogger log, string problem);
}
