namespace Crik.NodeStateServer;

/// <summary>
/// All log messages of this server. The event numbers never change, because alerts may depend on them.
/// </summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information,
        "node-state-server {Version} is serving node states on {Address}, metrics on {MetricsAddress} and health " +
        "on {HealthAddress}; it watches the cluster at {Cluster}")]
    public static partial void Serving(this ILogger log, string version, string address, string metricsAddress, string healthAddress, string cluster);

    [LoggerMessage(2, LogLevel.Information, "{Count} signals are enabled: {Signals}")]
    public static partial void SignalsCount(this ILogger log, int count, string signals);

    [LoggerMessage(3, LogLevel.Warning,
        "the certificate of {Cluster} is not verified, because the kubeconfig says insecure-skip-tls-verify: " +
        "anybody on the network can pretend to be this API server")]
    public static partial void TlsIsNotVerified(this ILogger log, string cluster);

    [LoggerMessage(4, LogLevel.Information,
        "the server is shutting down: /readyz reports not ready from now on, requests are still answered for " +
        "{Seconds} s")]
    public static partial void Stopping(this ILogger log, double seconds);

    [LoggerMessage(5, LogLevel.Information, "the server has stopped")]
    public static partial void Stopped(this ILogger log);

    [LoggerMessage(10, LogLevel.Information, "listed {Count} Nodes at resource version {Version} in {Seconds:0.000} s")]
    public static partial void Listed(this ILogger log, int count, string? version, double seconds);

    [LoggerMessage(11, LogLevel.Debug, "the watch starts at resource version {Version}")]
    public static partial void WatchBegins(this ILogger log, string? version);

    [LoggerMessage(12, LogLevel.Debug, "the watch ended after {Seconds:0.0} s")]
    public static partial void WatchEnded(this ILogger log, double seconds);

    [LoggerMessage(13, LogLevel.Information,
        "no watch can go on from resource version {Version}, so all Nodes are listed again in {Seconds:0.0} s: {Reason}")]
    public static partial void WatchExpired(this ILogger log, string? version, double seconds, string reason);

    [LoggerMessage(14, LogLevel.Warning, "{Problem}; the next try is in {Seconds:0.0} s")]
    public static partial void SourceFailed(this ILogger log, string problem, double seconds);

    [LoggerMessage(20, LogLevel.Information, "node {Node} is now {State}, before it was {Before}: {Reason}")]
    public static partial void NodeChanged(this ILogger log, string node, string before, string state, string reason);

    [LoggerMessage(30, LogLevel.Debug, "{Method} {Path} was answered with status {Status}")]
    public static partial void Answered(this ILogger log, string method, string path, int status);

    [LoggerMessage(31, LogLevel.Warning, "a caller's token could not be checked with the API server; this is logged once a minute: {Problem}")]
    public static partial void TokenNotChecked(this ILogger log, string problem);

    [LoggerMessage(34, LogLevel.Information, "the certificate in {File} is used; it is valid until {Until:u}")]
    public static partial void CertificateLoaded(this ILogger log, string file, DateTime until);

    [LoggerMessage(35, LogLevel.Error, "the new certificate in {File} cannot be used, so the one before stays: {Problem}")]
    public static partial void CertificateNotReloaded(this ILogger log, string file, string problem);

    [LoggerMessage(33, LogLevel.Warning,
        "a pod could not be read, so requests are answered without its disruption; this is logged once a minute: {Problem}")]
    public static partial void PodNotRead(this ILogger log, string problem);

    [LoggerMessage(32, LogLevel.Warning,
        "new connections are refused, because {Open} are open; the limit is {Most}, and {MostPerAddress} from one address: " +
        "raise the memory limit, --max-connections or --max-connections-per-address, or add replicas; this is logged once a minute")]
    public static partial void ConnectionsRefused(this ILogger log, int open, int most, int mostPerAddress);
}
