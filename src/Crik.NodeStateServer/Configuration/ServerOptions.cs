using System.Net;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.Configuration;

/// <summary>The settings of the server with their defaults. They are read once, at start.</summary>
internal sealed record ServerOptions
{
    private const string OwnAudience = "crik-node-state-server";
    private const string UsualAccessPath = "/v1/nodes";

    public int Port { get; init; } = 9376;

    public int MetricsPort { get; init; } = 8080;

    public int HealthPort { get; init; } = 8081;

    /// <summary>The address to listen on. Null means all addresses.</summary>
    public IPAddress? BindAddress { get; init; }

    public bool Debug { get; init; }

    public string? Kubeconfig { get; init; }

    public SignalOptions Signals { get; init; } = new();

    /// <summary>
    /// How many Nodes are in one page of a list. A Node has about 12 KB, so the default page has 6 MB.
    /// </summary>
    public int PageSize { get; init; } = 500;

    /// <summary>
    /// How long a watch may bring no news before it is opened again. An API server sends a bookmark about once a
    /// minute. If two bookmarks are missing, the connection is dead.
    /// </summary>
    public TimeSpan WatchIdleTimeout { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>
    /// How long the watch may be down before /readyz reports it. This is longer than it takes to open a watch again.
    /// </summary>
    public TimeSpan NotReadyAfter { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Null means as many connections as fit into the memory, up to 20,000.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>Null means half of the connections.</summary>
    public int? MaxConnectionsPerAddress { get; init; }

    /// <summary>How many answers with all nodes are sent at the same time. Null means what fits into the memory.</summary>
    public int? MaxLists { get; init; }

    /// <summary>Null means as many streams as fit into the memory.</summary>
    public int? MaxStreams { get; init; }

    public TimeSpan RememberDeleted { get; init; } = TimeSpan.FromHours(1);

    public int RememberDeletedCount { get; init; } = 5000;

    /// <summary>
    /// How long requests are still answered after SIGTERM. The Service needs this time to stop sending clients here.
    /// </summary>
    public TimeSpan ShutdownDelay { get; init; } = TimeSpan.Zero;

    public bool RequireToken { get; init; }

    /// <summary>
    /// The audience that a caller's token must have. It is not the API server's, so that a stolen token opens nothing else.
    /// </summary>
    public string TokenAudience { get; init; } = OwnAudience;

    /// <summary>The nonResourceURL that a caller must have the right to get. Null means that every good token may ask.</summary>
    public string? AccessPath { get; init; } = UsualAccessPath;

    /// <summary>The certificate with its chain, and its key, in PEM, for the port that serves node states. Null means no TLS.</summary>
    public string? TlsCertFile { get; init; }

    public string? TlsKeyFile { get; init; }

    /// <summary>Whether the server reads the pod that a request names.</summary>
    public bool ReadPods { get; init; }

    public IEnumerable<string> Problems()
    {
        (string Name, int Port)[] ports = [("--port", Port), ("--metrics-port", MetricsPort), ("--health-probes-port", HealthPort)];
        foreach ((string name, int port) in ports.Where(port => port.Port is < 0 or > 65535))
        {
            yield return $"{name}: must be from 0 to 65535, not {port}";
        }

        foreach (IGrouping<int, (string Name, int Port)> same in ports.Where(port => port.Port != 0).GroupBy(port => port.Port).Where(group => group.Count() > 1))
        {
            yield return $"{string.Join(" and ", same.Select(port => port.Name))}: must differ, not both be {same.Key}";
        }

        if (TlsCertFile is null != TlsKeyFile is null)
        {
            yield return "--tls-cert-file and --tls-private-key-file: one of them is missing";
        }

        if (AccessPath is { } path && !path.StartsWith('/'))
        {
            yield return $"--access-path: must begin with a slash or be 'none', not '{path}'";
        }

        (string Name, int Value, int Least, int Most)[] numbers =
        [
            ("--list-page-size", PageSize, 1, 10_000),
            ("--max-connections", MaxConnections ?? 1, 1, 1_000_000),
            ("--max-connections-per-address", MaxConnectionsPerAddress ?? 1, 1, 1_000_000),
            ("--max-lists", MaxLists ?? 1, 1, 1_000_000),
            ("--max-streams", MaxStreams ?? 1, 1, 1_000_000),
            ("--remember-deleted-count", RememberDeletedCount, 0, 1_000_000),
        ];
        foreach ((string name, int value, int least, int most) in numbers.Where(number => number.Value < number.Least || number.Value > number.Most))
        {
            yield return $"{name}: must be from {least} to {most}, not {value}";
        }

        (string Name, TimeSpan Value, TimeSpan Least, TimeSpan Most)[] times =
        [
            ("--watch-idle-timeout", WatchIdleTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
            ("--not-ready-after", NotReadyAfter, TimeSpan.Zero, TimeSpan.FromHours(1)),
            ("--max-wait", MaxWait, TimeSpan.Zero, TimeSpan.FromHours(1)),
            ("--remember-deleted", RememberDeleted, TimeSpan.Zero, TimeSpan.FromDays(30)),
            ("--shutdown-delay", ShutdownDelay, TimeSpan.Zero, TimeSpan.FromMinutes(10)),
        ];
        foreach ((string name, TimeSpan value, TimeSpan least, TimeSpan most) in times.Where(time => time.Value < time.Least || time.Value > time.Most))
        {
            yield return $"{name}: must be from {least} to {most}, not {value}";
        }

        (string Name, bool IsSet)[] ofToken = [("--token-audience", TokenAudience != OwnAudience), ("--access-path", AccessPath != UsualAccessPath)];
        foreach ((string name, _) in ofToken.Where(flag => flag.IsSet && !RequireToken))
        {
            yield return $"{name}: has no effect without --require-token; add --require-token or remove this flag";
        }

        foreach (string problem in Signals.Problems())
        {
            yield return problem;
        }
    }
}
