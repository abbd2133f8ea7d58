namespace Crik.NodeStateServer;

/// <summary>Everything this server says. The numbers are stable: alerts may be built on them.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "serving {Version}: states on {Address}, metrics on {MetricsAddress}, health on {HealthAddress}, cluster {Cluster}")]
    public static partial void Serving(this ILogger log, string version, string address, string metricsAddress, string healthAddress, string cluster);

    [LoggerMessage(2, LogLevel.Information, "{Count} signals count: {Signals}")]
    public static partial void SignalsCount(this ILogger log, int count, string signals);

    [LoggerMessage(3, LogLevel.Warning, "the certificate of {Cluster} is not checked: insecure-skip-tls-verify")]
    public static partial void TlsIsNotVerified(this ILogger log, string cluster);

    [LoggerMessage(4, LogLevel.Information, "told to stop: not ready from now on, answering for another {Seconds} s")]
    public static partial void Stopping(this ILogger log, double seconds);

    [LoggerMessage(5, LogLevel.Information, "stopped")]
    public static partial void Stopped(this ILogger log);

    [LoggerMessage(10, LogLevel.Information, "listed {Count} Nodes at version {Version} in {Seconds:0.000} s")]
    public static partial void Listed(this ILogger log, int count, string? version, double seconds);

    [LoggerMessage(11, LogLevel.Debug, "watch begins at version {Version}")]
    public static partial void WatchBegins(this ILogger log, string version);

    [LoggerMessage(12, LogLevel.Debug, "watch ended after {Seconds:0.0} s")]
    public static partial void WatchEnded(this ILogger log, double seconds);

    [LoggerMessage(13, LogLevel.Information, "version {Version} is too old for the API server, listing again: {Reason}")]
    public static partial void WatchExpired(this ILogger log, string? version, string reason);

    [LoggerMessage(14, LogLevel.Warning, "{Problem}; trying again in {Seconds:0.0} s")]
    public static partial void SourceFailed(this ILogger log, string problem, double seconds);

    [LoggerMessage(20, LogLevel.Information, "{Node} is {State}, was {Before}: {Reason}")]
    public static partial void NodeChanged(this ILogger log, string node, string before, string state, string reason);

    [LoggerMessage(30, LogLevel.Debug, "{Method} {Path} answered {Status}")]
    public static partial void Answered(this ILogger log, string method, string path, int status);

    [LoggerMessage(32, LogLevel.Warning, "refusing connections: {Most} are open, and there is memory or --max-connections for no more")]
    public static partial void ConnectionsRefused(this ILogger log, int most);

    [LoggerMessage(31, LogLevel.Warning, "a caller's token could not be checked: {Problem}")]
    public static partial void TokenNotChecked(this ILogger log, string problem);
}
