using System.Net;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.Configuration;

/// <summary>Read once, at the start. Every default is here.</summary>
internal sealed record ServerOptions
{
    public int Port { get; init; } = 9376;

    public int MetricsPort { get; init; } = 8080;

    public int HealthPort { get; init; } = 8081;

    /// <summary>All of them, where nothing is given.</summary>
    public IPAddress? BindAddress { get; init; }

    public bool Debug { get; init; }

    public string? Kubeconfig { get; init; }

    public SignalOptions Signals { get; init; } = new();

    /// <summary>12 KB a Node: 6 MB a page.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>A real API server sends a bookmark about once a minute: two of them missing are a dead connection.</summary>
    public TimeSpan WatchIdleTimeout { get; init; } = TimeSpan.FromSeconds(150);

    /// <summary>How long the watch may be down before /readyz says so: longer than it takes to open it again.</summary>
    public TimeSpan NotReadyAfter { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan MaxWait { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Nothing given: what the memory has room for, up to 20,000.</summary>
    public int? MaxConnections { get; init; }

    public TimeSpan RememberDeleted { get; init; } = TimeSpan.FromHours(1);

    public int RememberDeletedCount { get; init; } = 5000;

    /// <summary>How long to go on answering after SIGTERM, until the Service's endpoints know.</summary>
    public TimeSpan ShutdownDelay { get; init; } = TimeSpan.Zero;

    public bool RequireToken { get; init; }

    public string? TokenAudience { get; init; }

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

        (string Name, int Value, int Least, int Most)[] numbers =
        [
            ("--list-page-size", PageSize, 1, 10_000),
            ("--max-connections", MaxConnections ?? 1, 1, 1_000_000),
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

        if (TokenAudience is not null && !RequireToken)
        {
            yield return "--token-audience: means nothing without --require-token";
        }

        foreach (string problem in Signals.Problems())
        {
            yield return problem;
        }
    }
}
