namespace Crik.Operator;

/// <summary>The log messages of the operator. The numbers never change, because alerts may depend on them.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "crik-operator {Version} is answering the API server {Cluster} on port {Port}")]
    public static partial void Serving(this ILogger log, string version, string cluster, int port);

    [LoggerMessage(2, LogLevel.Information, "the server is shutting down: /readyz reports not ready from now on, requests are still answered for {Seconds} s")]
    public static partial void Stopping(this ILogger log, double seconds);

    [LoggerMessage(3, LogLevel.Information, "this replica leads now: it creates claims, writes Events and renews certificates")]
    public static partial void Leads(this ILogger log);

    [LoggerMessage(4, LogLevel.Information, "this replica leads no longer")]
    public static partial void LeadsNoLonger(this ILogger log);

    [LoggerMessage(5, LogLevel.Warning, "the lease could not be taken or renewed: {Problem}")]
    public static partial void LeaseFailed(this ILogger log, string problem);

    // 6 is the number of JsonLines about lines that were dropped.
    [LoggerMessage(10, LogLevel.Information, "created the claim {Namespace}/{Claim} for the pod {Pod}")]
    public static partial void ClaimCreated(this ILogger log, string @namespace, string claim, string pod);

    [LoggerMessage(11, LogLevel.Warning, "the pod {Namespace}/{Pod} asks for crik and was not injected ({Reason}): {Why}")]
    public static partial void NotInjected(this ILogger log, string @namespace, string pod, string reason, string why);

    [LoggerMessage(12, LogLevel.Warning, "what the pod {Namespace}/{Pod} needs could not be done: {Problem}; the next try is in {Seconds:0.0} s")]
    public static partial void UpkeepFailed(this ILogger log, string @namespace, string pod, string problem, double seconds);

    [LoggerMessage(13, LogLevel.Warning, "{Problem}; the next try is in {Seconds:0.0} s")]
    public static partial void FollowingFailed(this ILogger log, string problem, double seconds);

    [LoggerMessage(14, LogLevel.Warning, "the API server does not have a type of objects that this operator follows: {Problem}; {Remedy}; "
        + "the operator goes on to look for it and says no more of it until it is there")]
    public static partial void TypeMissing(this ILogger log, string problem, string remedy);

    [LoggerMessage(20, LogLevel.Information, "the keys of the webhook: {Step} was done")]
    public static partial void KeyStepDone(this ILogger log, string step);

    [LoggerMessage(21, LogLevel.Warning, "the keys of the webhook could not be looked after: {Problem}; the next try is in {Seconds:0.0} s")]
    public static partial void KeysNotKept(this ILogger log, string problem, double seconds);

    [LoggerMessage(22, LogLevel.Information, "the certificate in the Secret {Secret} is used; it is valid until {Until:u}")]
    public static partial void CertificateLoaded(this ILogger log, string secret, DateTime until);

    [LoggerMessage(23, LogLevel.Warning, "the certificate in the Secret {Secret} cannot be read, so the one before stays: {Problem}")]
    public static partial void CertificateNotRead(this ILogger log, string secret, string problem);

    [LoggerMessage(24, LogLevel.Information, "made a new authority for the webhook: {Reason}")]
    public static partial void NewAuthority(this ILogger log, string reason);

    [LoggerMessage(40, LogLevel.Information, "the PodMigration {Namespace}/{Name}: {Reason}. {Message}")]
    public static partial void MigrationTold(this ILogger log, string @namespace, string name, string reason, string message);

    [LoggerMessage(41, LogLevel.Warning, "the work on the PodMigration {Namespace}/{Name} was interrupted: {Problem}; the next try is in {Seconds:0.0} s")]
    public static partial void MigrationInterrupted(this ILogger log, string @namespace, string name, string problem, double seconds);

    [LoggerMessage(42, LogLevel.Warning, "an Event about the PodMigration {Namespace}/{Name} could not be written: {Problem}")]
    public static partial void MigrationEventNotWritten(this ILogger log, string @namespace, string name, string problem);

    [LoggerMessage(43, LogLevel.Warning, "the pod {Namespace}/{Pod} is held back for a migration that no longer runs, "
        + "and this operator may not let it go: {Problem}; see 'Switch it off' in docs/migration.md")]
    public static partial void HeldPodNotLifted(this ILogger log, string @namespace, string pod, string problem);

    [LoggerMessage(44, LogLevel.Warning, "EvictionRequests are not answered for now, because Evictions cannot be read: {Problem}; the next look is in a minute")]
    public static partial void NoEvictions(this ILogger log, string problem);

    [LoggerMessage(45, LogLevel.Warning, "the work on the Eviction {Namespace}/{Name} was interrupted: {Problem}; the next try is in {Seconds:0.0} s")]
    public static partial void EvictionInterrupted(this ILogger log, string @namespace, string name, string problem, double seconds);

    [LoggerMessage(46, LogLevel.Information, "the MigrationPolicy {Name}: {Reason}. {Message}")]
    public static partial void PolicyTold(this ILogger log, string name, string reason, string message);

    [LoggerMessage(47, LogLevel.Warning, "the work on the MigrationPolicy {Name} was interrupted: {Problem}; the next try is in {Seconds:0.0} s")]
    public static partial void PolicyInterrupted(this ILogger log, string name, string problem, double seconds);

    [LoggerMessage(48, LogLevel.Warning, "an Event about the MigrationPolicy {Name} could not be written: {Problem}")]
    public static partial void PolicyEventNotWritten(this ILogger log, string name, string problem);

    [LoggerMessage(30, LogLevel.Debug, "a pod in {Namespace}: {Outcome} {Reason}")]
    public static partial void Answered(this ILogger log, string @namespace, string outcome, string reason);

    [LoggerMessage(31, LogLevel.Warning, "the pod {Namespace}/{Pod} asks for a restore and starts afresh: {Why}")]
    public static partial void NotRestored(this ILogger log, string @namespace, string pod, string why);
}
