using System.CommandLine;
using System.Globalization;
using System.Net;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.Configuration;

/// <summary>
/// Reads the options from flags and from environment variables. A flag wins over its variable. System.CommandLine only
/// parses and prints help here. Its own signal handling is not used, because it would interrupt the orderly shutdown of
/// the host.
/// </summary>
internal sealed class CommandLine
{
    private static readonly ServerOptions s_defaults = new();

    private readonly RootCommand _root = new("Watches the Nodes of a cluster and answers whether a node is going away.");
    private readonly List<string> _problems = [];
    private readonly Func<string, string?> _environment;
    private readonly List<(Option Option, string Variable)> _variables = [];
    private ParseResult _result = null!;

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
        _port = Text("--port", "port that serves node states", s_defaults.Port);
        _metricsPort = Text("--metrics-port", "port that serves /metrics", s_defaults.MetricsPort);
        _healthPort = Text("--health-probes-port", "port that serves /livez and /readyz", s_defaults.HealthPort);
        _bindAddress = Text("--bind-address", "address to listen on", "all");
        _debug = Flag("--debug", "log each request and each watch");
        _kubeconfig = Text("--kubeconfig", "kubeconfig file of the cluster; KUBECONFIG is read too", "the pod's service account");
        _signalsFile = Text("--signals-file", "YAML file that enables, disables and adds signals", "none");
        _enableSignal = List("--enable-signal", "known signal to turn on; may be repeated");
        _disableSignal = List("--disable-signal", "known signal to turn off; may be repeated");
        _pageSize = Text("--list-page-size", "Nodes in one page of a list", s_defaults.PageSize);
        _watchIdleTimeout = Text("--watch-idle-timeout", "time without news after which a watch is opened again", "150s");
        _notReadyAfter = Text("--not-ready-after", "how long the watch may be down before /readyz reports it", "30s");
        _maxWait = Text("--max-wait", "longest time that a long-poll may wait", "5m");
        _maxConnections = Text("--max-connections", "open connections to --port; more are refused", "what fits into the memory, up to 20000");
        _maxConnectionsPerAddress = Text("--max-connections-per-address", "open connections from one address", "an eighth of --max-connections");
        _maxLists = Text("--max-lists", "answers with all nodes that are sent at the same time", "1 for 32 connections");
        _maxStreams = Text("--max-streams", "open streams of changes", "1 for 8 connections");
        _rememberDeleted = Text("--remember-deleted", "how long a deleted Node is reported as gone", "1h");
        _rememberDeletedCount = Text("--remember-deleted-count", "how many deleted Nodes are remembered", s_defaults.RememberDeletedCount);
        _shutdownDelay = Text("--shutdown-delay", "how long requests are still answered after SIGTERM", "0s");
        _requireToken = Flag("--require-token", "accept only callers with a bearer token that the API server accepts");
        _tokenAudience = Text("--token-audience", "audience that the bearer token must have", s_defaults.TokenAudience);
        _accessPath = Text("--access-path", "nonResourceURL that the token's owner must have the right to get, or none", s_defaults.AccessPath!);
        _tlsCertFile = Text("--tls-cert-file", "certificate with its chain (PEM) for --port; read again when it changes", "none: no TLS");
        _tlsKeyFile = Text("--tls-private-key-file", "key of that certificate (PEM)", "none");
        _readPods = Flag("--read-pods", "read the pod that a request names, and tell whether it is evicted or preempted");
    }

    /// <returns>The options, or null after help, the version or a usage error was printed.</returns>
    /// <param name="exitCode">The exit code to use when the result is null.</param>
    /// <exception cref="ConfigurationException">A flag, a variable or the signals file is wrong.</exception>
    public static ServerOptions? Parse(string[] args, Func<string, string?> environment, out int exitCode)
    {
        CommandLine commandLine = new(environment);
        ParseResult result = commandLine._root.Parse(
            [.. args.Select(commandLine.WithTwoDashes)],
            new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        exitCode = 0;
        if (result.Action is not null || result.Errors.Count > 0)
        {
            exitCode = result.Invoke() == 0 ? 0 : 64;
            return null;
        }

        commandLine._result = result;
        return commandLine.Read();
    }

    /// <summary>Lists every flag with its variable. The test of the documentation needs it.</summary>
    public static IEnumerable<(string Flag, string Variable)> Known() =>
        new CommandLine(static _ => null)._variables.Select(pair => (pair.Option.Name, pair.Variable));

    private ServerOptions Read()
    {
        ServerOptions options = new()
        {
            Port = Number(_port, s_defaults.Port),
            MetricsPort = Number(_metricsPort, s_defaults.MetricsPort),
            HealthPort = Number(_healthPort, s_defaults.HealthPort),
            BindAddress = Address(),
            Debug = IsOn(_debug),
            Kubeconfig = Value(_kubeconfig) ?? _environment("KUBECONFIG"),
            Signals = Signals(),
            PageSize = Number(_pageSize, s_defaults.PageSize),
            WatchIdleTimeout = Time(_watchIdleTimeout, s_defaults.WatchIdleTimeout),
            NotReadyAfter = Time(_notReadyAfter, s_defaults.NotReadyAfter),
            MaxWait = Time(_maxWait, s_defaults.MaxWait),
            MaxConnections = NumberIfGiven(_maxConnections),
            MaxConnectionsPerAddress = NumberIfGiven(_maxConnectionsPerAddress),
            MaxLists = NumberIfGiven(_maxLists),
            MaxStreams = NumberIfGiven(_maxStreams),
            RememberDeleted = Time(_rememberDeleted, s_defaults.RememberDeleted),
            RememberDeletedCount = Number(_rememberDeletedCount, s_defaults.RememberDeletedCount),
            ShutdownDelay = Time(_shutdownDelay, s_defaults.ShutdownDelay),
            RequireToken = IsOn(_requireToken),
            TokenAudience = Value(_tokenAudience) ?? s_defaults.TokenAudience,
            AccessPath = Value(_accessPath) is { } path ? (path == "none" ? null : path) : s_defaults.AccessPath,
            TlsCertFile = Value(_tlsCertFile),
            TlsKeyFile = Value(_tlsKeyFile),
            ReadPods = IsOn(_readPods),
        };
        string[] problems = [.. _problems, .. options.Problems()];
        return problems.Length == 0 ? options : throw new ConfigurationException(problems);
    }

    private SignalOptions Signals()
    {
        SignalOptions file = Value(_signalsFile) is { } path ? SignalsFile.Read(path) : new SignalOptions();
        return file with { Enable = [.. file.Enable, .. Values(_enableSignal)], Disable = [.. file.Disable, .. Values(_disableSignal)] };
    }

    private Option<string> Text(string name, string description, object defaultText) =>
        Register(new Option<string>(name) { HelpName = "value" }, $"{description} [default: {defaultText}]");

    private Option<bool> Flag(string name, string description) => Register(new Option<bool>(name), description);

    private Option<string[]> List(string name, string description) =>
        Register(new Option<string[]>(name) { HelpName = "signal", Arity = ArgumentArity.OneOrMore }, description);

    /// <summary>
    /// Registers an option and derives the name of its variable. The prefix is CRIK_SERVER_, because Kubernetes sets
    /// CRIK_NODE_STATE_SERVER_PORT in every pod of a namespace that has a Service named crik-node-state-server.
    /// </summary>
    private T Register<T>(T option, string description)
        where T : Option
    {
        string variable = "CRIK_SERVER_" + option.Name[2..].ToUpperInvariant().Replace('-', '_');
        option.Description = $"{description} ({variable})";
        _variables.Add((option, variable));
        _root.Options.Add(option);
        return option;
    }

    /// <summary>
    /// Accepts `-port` for `--port`. The original server is written in Go, whose flag package accepts both forms.
    /// </summary>
    private string WithTwoDashes(string argument) =>
        argument.StartsWith('-') && _root.Options.Any(option => argument == option.Name[1..] || argument.StartsWith(option.Name[1..] + "=", StringComparison.Ordinal))
            ? "-" + argument
            : argument;

    private string Variable(Option option) => _variables.Find(pair => pair.Option == option).Variable;

    private string? Value(Option<string> option) =>
        _result.GetValue(option) is { } given ? given : _environment(Variable(option)) is { Length: > 0 } text ? text : null;

    private string[] Values(Option<string[]> option)
    {
        string[] given = _result.GetValue(option) is { Length: > 0 } values ? values : [_environment(Variable(option)) ?? ""];
        return [.. given.SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
    }

    private bool IsOn(Option<bool> option)
    {
        if (_result.GetResult(option) is { Implicit: false })
        {
            return _result.GetValue(option);
        }

        string? text = _environment(Variable(option));
        if (string.IsNullOrEmpty(text) || bool.TryParse(text, out bool value))
        {
            return text is { Length: > 0 } && bool.Parse(text);
        }

        _problems.Add($"{Variable(option)}: must be true or false, not '{text}'");
        return false;
    }

    private int? NumberIfGiven(Option<string> option) => Value(option) is null ? null : Number(option, 0);

    private int Number(Option<string> option, int otherwise)
    {
        if (Value(option) is not { } text)
        {
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return number;
        }

        _problems.Add($"{option.Name}: must be a number, not '{text}'");
        return otherwise;
    }

    private TimeSpan Time(Option<string> option, TimeSpan otherwise)
    {
        if (Value(option) is not { } text)
        {
            return otherwise;
        }

        if (Duration.TryParse(text, out TimeSpan time))
        {
            return time;
        }

        _problems.Add($"{option.Name}: {Duration.Form}, not '{text}'");
        return otherwise;
    }

    private IPAddress? Address()
    {
        if (Value(_bindAddress) is not { } text || IPAddress.TryParse(text, out IPAddress? address))
        {
            return Value(_bindAddress) is { } given ? IPAddress.Parse(given) : null;
        }

        _problems.Add($"{_bindAddress.Name}: must be an IP address, not '{text}'");
        return null;
    }
}
