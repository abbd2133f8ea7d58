using System.CommandLine;
using Crik.Hosting;
using Crik.Images;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Configuration;

/// <summary>Reads the options of the node agent from flags and from environment variables.</summary>
internal sealed class CommandLine
{
    private static readonly AgentOptions s_defaults = new();

    private readonly FlagTable _flags;
    private readonly Func<string, string?> _environment;
    private readonly Option<string> _metricsPort;
    private readonly Option<string> _healthPort;
    private readonly Option<string> _checkpointerPort;
    private readonly Option<string> _bindAddress;
    private readonly Option<bool> _debug;
    private readonly Option<string> _kubeconfig;
    private readonly Option<string> _namespace;
    private readonly Option<string> _identity;
    private readonly Option<string> _name;
    private readonly Option<string> _node;
    private readonly Option<string> _kubeletAddress;
    private readonly Option<string> _kubeletPort;
    private readonly Option<string> _kubeletCaFile;
    private readonly Option<string> _checkpointDirectory;
    private readonly Option<string> _minFree;
    private readonly Option<string> _timeout;
    private readonly Option<string> _repository;
    private readonly Option<string[]> _allowedRepositories;
    private readonly Option<string> _pushLimit;
    private readonly Option<string> _parallelPushes;
    private readonly Option<string> _compression;
    private readonly Option<string> _registryCredentials;
    private readonly Option<string> _registryCaFile;
    private readonly Option<string[]> _plainHttpRegistries;
    private readonly Option<string[]> _localRegistries;
    private readonly RetentionFlags _retention;

    private CommandLine(Func<string, string?> environment)
    {
        _environment = environment;
        _flags = new FlagTable("Saves containers of its node, and brings the checkpoints into a registry.", "CRIK_NODE_AGENT_", environment);
        _metricsPort = _flags.Text("--metrics-port", "port that serves /metrics", s_defaults.MetricsPort);
        _healthPort = _flags.Text("--health-probes-port", "port that serves /livez and /readyz", s_defaults.HealthPort);
        _checkpointerPort = _flags.Text("--checkpointer-port", "port that serves the interface of the Checkpointer; 0 does not", s_defaults.CheckpointerPort);
        _bindAddress = _flags.Text("--bind-address", "address to listen on", "all");
        _debug = _flags.Flag("--debug", "log more");
        _kubeconfig = _flags.Text("--kubeconfig", "kubeconfig file of the cluster; KUBECONFIG is read too", "the pod's service account");
        _namespace = _flags.Text("--namespace", "namespace of the agent", "none");
        _identity = _flags.Text("--identity", "name of this agent, for the election of the leader", "none");
        _name = _flags.Text("--name", "name of the Lease", s_defaults.Name);
        _node = _flags.Text("--node", "name of the node on which the agent runs", "none");
        _kubeletAddress = _flags.Text("--kubelet-address", "address of the node, which the kubelet's certificate must have", "none");
        _kubeletPort = _flags.Text("--kubelet-port", "port of the kubelet", s_defaults.KubeletPort);
        _kubeletCaFile = _flags.Text("--kubelet-ca-file", "authorities (PEM) for the kubelet's certificate", "those of the cluster");
        _checkpointDirectory = _flags.Text("--checkpoint-directory", "where the kubelet leaves archives", s_defaults.CheckpointDirectory);
        _minFree = _flags.Text("--min-free", "percent of that file system that have to stay free", s_defaults.MinFree);
        _timeout = _flags.Text("--timeout", "how long saving one container may take if the object does not say it", "1m");
        _repository = _flags.Text("--repository", "where images go if the object does not say it", "none");
        _allowedRepositories = _flags.List("--allowed-repositories", "repositories that objects may name, with those below them; without it, all", "repository");
        _pushLimit = _flags.Text("--push-limit", "after which time an image that cannot be pushed counts as stalled", "1h");
        _parallelPushes = _flags.Text("--parallel-pushes", "how many images are pushed at the same time", s_defaults.ParallelPushes);
        _compression = _flags.Text("--compression", "how layers are compressed: none or gzip", "gzip");
        _registryCredentials = _flags.Text("--registry-credentials", "file like Docker's config.json with the credentials for registries", "none");
        _registryCaFile = _flags.Text("--registry-ca-file", "authorities of registries (PEM), beside those of the system", "none");
        _plainHttpRegistries = _flags.List("--plain-http-registries", "registries that are asked without TLS", "registry");
        _localRegistries = _flags.List("--local-registries", "registries that may have loopback and link-local addresses", "registry");
        _retention = new RetentionFlags(_flags);
    }

    /// <returns>The options, or null after help, the version or a usage error was printed.</returns>
    /// <param name="exitCode">The exit code to use when the result is null.</param>
    /// <exception cref="ConfigurationException">A flag or a variable is wrong.</exception>
    public static AgentOptions? Parse(string[] args, Func<string, string?> environment, out int exitCode)
    {
        CommandLine commandLine = new(environment);
        return commandLine._flags.TryParse(args, out exitCode) ? commandLine.Read() : null;
    }

    /// <summary>Lists every flag with its variable. The test of the documentation needs it.</summary>
    public static IEnumerable<(string Flag, string Variable)> Known() => new CommandLine(static _ => null)._flags.Known;

    private AgentOptions Read()
    {
        AgentOptions options = new()
        {
            MetricsPort = _flags.Number(_metricsPort, s_defaults.MetricsPort),
            HealthPort = _flags.Number(_healthPort, s_defaults.HealthPort),
            CheckpointerPort = _flags.Number(_checkpointerPort, s_defaults.CheckpointerPort),
            BindAddress = _flags.Address(_bindAddress),
            Debug = _flags.IsOn(_debug),
            Kubeconfig = _flags.Value(_kubeconfig) ?? _environment("KUBECONFIG"),
            Namespace = _flags.Value(_namespace) ?? "",
            Identity = _flags.Value(_identity) ?? "",
            Name = _flags.Value(_name) ?? s_defaults.Name,
            Settings = new AgentSettings(_flags.Value(_node) ?? "")
            {
                Repository = _flags.Value(_repository),
                AllowedRepositories = _flags.Values(_allowedRepositories),
                Timeout = _flags.Time(_timeout, s_defaults.Settings.Timeout),
                PushLimit = _flags.Time(_pushLimit, s_defaults.Settings.PushLimit),
            },
            KubeletAddress = _flags.Value(_kubeletAddress) ?? "",
            KubeletPort = _flags.Number(_kubeletPort, s_defaults.KubeletPort),
            KubeletCaFile = _flags.Value(_kubeletCaFile),
            CheckpointDirectory = (_flags.Value(_checkpointDirectory) ?? s_defaults.CheckpointDirectory).TrimEnd('/'),
            MinFree = _flags.Number(_minFree, s_defaults.MinFree),
            ParallelPushes = _flags.Number(_parallelPushes, s_defaults.ParallelPushes),
            Compression = Compression(),
            RegistryCredentials = _flags.Value(_registryCredentials),
            RegistryCaFile = _flags.Value(_registryCaFile),
            PlainHttpRegistries = _flags.Values(_plainHttpRegistries),
            LocalRegistries = _flags.Values(_localRegistries),
            Retention = _retention.Read(),
        };
        string[] problems = [.. _flags.Problems, .. options.Problems()];
        return problems.Length == 0 ? options : throw new ConfigurationException(problems);
    }

    private LayerCompression Compression()
    {
        switch (_flags.Value(_compression))
        {
            case null or "gzip":
                return LayerCompression.Gzip;
            case "none":
                return LayerCompression.None;
            case { } other:
                _flags.Refuse($"{_compression.Name}: must be none or gzip, not '{other}'");
                return LayerCompression.Gzip;
        }
    }
}
