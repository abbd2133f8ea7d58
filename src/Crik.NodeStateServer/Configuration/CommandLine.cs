using System.CommandLine;
using Crik.Hosting;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.Configuration;

/// <summary>Reads the options of the server from flags and from environment variables.</summary>
internal sealed class CommandLine
{
    private static readonly ServerOptions s_defaults = new();

    /// <summary>
    /// The prefix of the variables is not CRIK_NODE_STATE_SERVER_, because Kubernetes sets CRIK_NODE_STATE_SERVER_PORT in
    /// every pod of a namespace that has a Service named crik-node-state-server.
    /// </summary>
    private const string Prefix = "CRIK_SERVER_";

    private readonly FlagTable _flags;
    private readonly Func<string, string?> _environment;

    private readonly Option<string> _port;
    private readonly Option<string> _metricsPort;
    private readonly Option<string> _healthPort;
    private readonly Option<string> _bindAddress;
    private readonly Option<bool> _debug;
    private readonly Option<string> _kubeconfig;
    private readonly Option<string> _signalsFile;
    private readonly Option<string[]> _enableSignal;
    private readonly Option<string[]> _disableSignal;
    private readonly Option<string> _pageSize;
    private readonly Option<string> _watchIdleTimeout;
    private readonly Option<string> _notReadyAfter;
    private readonly Option<string> _maxWait;
    private readonly Option<string> _maxConnections;
    private readonly Option<string> _maxConnectionsPerAddress;
    private readonly Option<string> _maxLists;
    private readonly Option<string> _maxStreams;
    private readonly Option<string> _rememberDeleted;
    private readonly Option<string> _rememberDeletedCount;
    private readonly Option<string> _shutdownDelay;
    private readonly Option<bool> _requireToken;
    private readonly Option<string> _tokenAudience;
    private readonly Option<string> _accessPath;
    private readonly Option<string> _tlsCertFile;
    private readonly Option<string> _tlsKeyFile;
    private readonly Option<bool> _readPods;

    private CommandLine(Func<string, string?> environment)
    {
        _environment = environment;
        _flags = new FlagTable("Watches the Nodes of a cluster and answers whether a node is going away.", Prefix, environment);
        _port = _flags.Text("--port", "port that serves node states", s_defaults.Port);
        _metricsPort = _flags.Text("--metrics-port", "port that serves /metrics", s_defaults.MetricsPort);
        _healthPort = _flags.Text("--health-probes-port", "port that serves /livez and /readyz", s_defaults.HealthPort);
        _bindAddress = _flags.Text("--bind-address", "address to listen on", "all");
        _debug = _flags.Flag("--debug", "log each request and each watch");
        _kubeconfig = _flags.Text("--kubeconfig", "kubeconfig file of the cluster; KUBECONFIG is read too", "the pod's service account");
        _signalsFile = _flags.Text("--signals-file", "YAML file that enables, disables and adds signals", "none");
        _enableSignal = _flags.List("--enable-signal", "known signal to turn on; may be repeated", "signal");
        _disableSignal = _flags.List("--disable-signal", "known signal to turn off; may be repeated", "signal");
        _pageSize = _flags.Text("--list-page-size", "Nodes in one page of a list", s_defaults.PageSize);
        _watchIdleTimeout = _flags.Text("--watch-idle-timeout", "time without news after which a watch is opened again", "150s");
        _notReadyAfter = _flags.Text("--not-ready-after", "how long the watch may be down before /readyz reports it", "30s");
        _maxWait = _flags.Text("--max-wait", "longest time that a long-poll may wait", "5m");
        _maxConnections = _flags.Text("--max-connections", "open connections to --port; more are refused", "what fits into the memory, up to 20000");
        _maxConnectionsPerAddress = _flags.Text("--max-connections-per-address", "open connections from one address", "an eighth of --max-connections");
        _maxLists = _flags.Text("--max-lists", "answers with all nodes that are sent at the same time", "1 for 32 connections");
        _maxStreams = _flags.Text("--max-streams", "open streams of changes", "1 for 8 connections");
        _rememberDeleted = _flags.Text("--remember-deleted", "how long a deleted Node is reported as gone", "1h");
        _rememberDeletedCount = _flags.Text("--remember-deleted-count", "how many deleted Nodes are remembered", s_defaults.RememberDeletedCount);
        _shutdownDelay = _flags.Text("--shutdown-delay", "how long requests are still answered after SIGTERM", "0s");
        _requireToken = _flags.Flag("--require-token", "accept only callers with a bearer token that the API server accepts");
        _tokenAudience = _flags.Text("--token-audience", "audience that the bearer token must have", s_defaults.TokenAudience);
        _accessPath = _flags.Text("--access-path", "nonResourceURL that the token's owner must have the right to get, or none", s_defaults.AccessPath!);
        _tlsCertFile = _flags.Text("--tls-cert-file", "certificate with its chain (PEM) for --port; read again when it changes", "none: no TLS");
        _tlsKeyFile = _flags.Text("--tls-private-key-file", "key of that certificate (PEM)", "none");
        _readPods = _flags.Flag("--read-pods", "read the pod that a request names, and tell whether it is evicted or preempted");
    }

    /// <returns>The options, or null after help, the version or a usage error was printed.</returns>
    /// <param name="exitCode">The exit code to use when the result is null.</param>
    /// <exception cref="ConfigurationException">A flag, a variable or the signals file is wrong.</exception>
    public static ServerOptions? Parse(string[] args, Func<string, string?> environment, out int exitCode)
    {
        CommandLine commandLine = new(environment);
        return commandLine._flags.TryParse(args, out exitCode) ? commandLine.Read() : null;
    }

    /// <summary>Lists every flag with its variable. The test of the documentation needs it.</summary>
    public static IEnumerable<(string Flag, string Variable)> Known() =>
        new CommandLine(static _ => null)._flags.Known;

    private ServerOptions Read()
    {
        ServerOptions options = new()
        {
            Port = _flags.Number(_port, s_defaults.Port),
            MetricsPort = _flags.Number(_metricsPort, s_defaults.MetricsPort),
            HealthPort = _flags.Number(_healthPort, s_defaults.HealthPort),
            BindAddress = _flags.Address(_bindAddress),
            Debug = _flags.IsOn(_debug),
            Kubeconfig = _flags.Value(_kubeconfig) ?? _environment("KUBECONFIG"),
            Signals = Signals(),
            PageSize = _flags.Number(_pageSize, s_defaults.PageSize),
            WatchIdleTimeout = _flags.Time(_watchIdleTimeout, s_defaults.WatchIdleTimeout),
            NotReadyAfter = _flags.Time(_notReadyAfter, s_defaults.NotReadyAfter),
            MaxWait = _flags.Time(_maxWait, s_defaults.MaxWait),
            MaxConnections = _flags.NumberIfGiven(_maxConnections),
            MaxConnectionsPerAddress = _flags.NumberIfGiven(_maxConnectionsPerAddress),
            MaxLists = _flags.NumberIfGiven(_maxLists),
            MaxStreams = _flags.NumberIfGiven(_maxStreams),
            RememberDeleted = _flags.Time(_rememberDeleted, s_defaults.RememberDeleted),
            RememberDeletedCount = _flags.Number(_rememberDeletedCount, s_defaults.RememberDeletedCount),
            ShutdownDelay = _flags.Time(_shutdownDelay, s_defaults.ShutdownDelay),
            RequireToken = _flags.IsOn(_requireToken),
            TokenAudience = _flags.Value(_tokenAudience) ?? s_defaults.TokenAudience,
            AccessPath = _flags.Value(_accessPath) is { } path ? (path == "none" ? null : path) : s_defaults.AccessPath,
            TlsCertFile = _flags.Value(_tlsCertFile),
            TlsKeyFile = _flags.Value(_tlsKeyFile),
            ReadPods = _flags.IsOn(_readPods),
        };
        string[] problems = [.. _flags.Problems, .. options.Problems()];
        return problems.Length == 0 ? options : throw new ConfigurationException(problems);
    }

    private SignalOptions Signals()
    {
        SignalOptions file = _flags.Value(_signalsFile) is { } path ? SignalsFile.Read(path) : new SignalOptions();
        return file with { Enable = [.. file.Enable, .. _flags.Values(_enableSignal)], Disable = [.. file.Disable, .. _flags.Values(_disableSignal)] };
    }
}
