using System.CommandLine;
using Crik.Hosting;
using Crik.Pods;

namespace Crik.Operator.Configuration;

/// <summary>Reads the options of the operator from flags and from environment variables.</summary>
internal sealed class CommandLine
{
    private static readonly OperatorOptions s_defaults = new();

    private readonly FlagTable _flags;
    private readonly Func<string, string?> _environment;
    private readonly Option<string> _port;
    private readonly Option<string> _metricsPort;
    private readonly Option<string> _healthPort;
    private readonly Option<string> _bindAddress;
    private readonly Option<bool> _debug;
    private readonly Option<string> _kubeconfig;
    private readonly Option<string> _namespace;
    private readonly Option<string> _identity;
    private readonly Option<string> _name;
    private readonly Option<string[]> _excludedNamespaces;
    private readonly Option<string> _bundleImage;
    private readonly Option<string> _bundleMode;
    private readonly Option<string> _gracePeriod;
    private readonly Option<string> _nodeStateServerUrl;
    private readonly Option<string> _storageClass;
    private readonly Option<string> _storageSize;
    private readonly Option<string> _accessMode;
    private readonly Option<string> _registryCaFile;
    private readonly Option<string[]> _plainHttpRegistries;
    private readonly Option<string[]> _localRegistries;
    private readonly Option<bool> _migration;
    private readonly Option<bool> _evictionRequests;
    private readonly Option<bool> _migrationPolicies;
    private readonly Option<string> _kubeletAccount;
    private readonly Option<string> _kubeletPort;
    private readonly Option<string> _kubeletCaFile;
    private readonly Option<bool> _kubeletSkipTlsVerify;
    private readonly Option<string> _shutdownDelay;

    private CommandLine(Func<string, string?> environment)
    {
        _environment = environment;
        _flags = new FlagTable("Changes pods that ask for it so that their programs survive their nodes.", "CRIK_OPERATOR_", environment);
        _port = _flags.Text("--port", "port on which the API server asks", s_defaults.Port);
        _metricsPort = _flags.Text("--metrics-port", "port that serves /metrics", s_defaults.MetricsPort);
        _healthPort = _flags.Text("--health-probes-port", "port that serves /livez and /readyz", s_defaults.HealthPort);
        _bindAddress = _flags.Text("--bind-address", "address to listen on", "all");
        _debug = _flags.Flag("--debug", "log each request");
        _kubeconfig = _flags.Text("--kubeconfig", "kubeconfig file of the cluster; KUBECONFIG is read too", "the pod's service account");
        _namespace = _flags.Text("--namespace", "namespace of the operator", "none");
        _identity = _flags.Text("--identity", "name of this replica, for the election of the leader", "none");
        _name = _flags.Text("--name", "name of the Service, the MutatingWebhookConfiguration and the Lease; the Secret has -certificates behind it", s_defaults.Name);
        _excludedNamespaces = _flags.List("--excluded-namespaces", "namespaces that the webhook leaves out, beside kube-system and its own", "namespace");
        _bundleImage = _flags.Text("--bundle-image", "image that has /opt/crik", "none");
        _bundleMode = _flags.Text("--bundle-mode", "how /opt/crik comes into pods: auto, image-volume or init-container", "auto");
        _gracePeriod = _flags.Text("--grace-period", "grace period of a pod that names none above 30s", "120s");
        _nodeStateServerUrl = _flags.Text("--node-state-server-url", "address of the node state server", "none");
        _storageClass = _flags.Text("--storage-class", "storage class of new claims", "the cluster's");
        _storageSize = _flags.Text("--storage-size", "size of new claims", s_defaults.Injection.StorageSize);
        _accessMode = _flags.Text("--access-mode", "access mode of new claims", "ReadWriteMany where pods share a claim, or else ReadWriteOnce");
        _registryCaFile = _flags.Text("--registry-ca-file", "authorities of registries (PEM), beside those of the system", "none");
        _plainHttpRegistries = _flags.List("--plain-http-registries", "registries that are asked without TLS", "registry");
        _localRegistries = _flags.List("--local-registries", "registries that may have loopback and link-local addresses", "registry");
        _migration = _flags.Flag("--migration", "work on PodMigrations");
        _evictionRequests = _flags.Flag("--eviction-requests", "move pods for EvictionRequests (Kubernetes 1.37, alpha)");
        _migrationPolicies = _flags.Flag("--migration-policies", "work on MigrationPolicies; it needs --migration");
        _kubeletAccount = _flags.Text("--kubelet-account", "service account in the operator's namespace whose tokens kubelets get", "none, so kubelets are not asked");
        _kubeletPort = _flags.Text("--kubelet-port", "port of the kubelets", s_defaults.Policies.KubeletPort);
        _kubeletCaFile = _flags.Text("--kubelet-ca-file", "authorities of the kubelets' certificates (PEM)", "those of the cluster");
        _kubeletSkipTlsVerify = _flags.Flag("--kubelet-skip-tls-verify", "send tokens of that account to kubelets with any certificate");
        _shutdownDelay = _flags.Text("--shutdown-delay", "how long requests are still answered after SIGTERM", "0s");
    }

    /// <returns>The options, or null after help, the version or a usage error was printed.</returns>
    /// <param name="exitCode">The exit code to use when the result is null.</param>
    /// <exception cref="ConfigurationException">A flag or a variable is wrong.</exception>
    public static OperatorOptions? Parse(string[] args, Func<string, string?> environment, out int exitCode)
    {
        CommandLine commandLine = new(environment);
        return commandLine._flags.TryParse(args, out exitCode) ? commandLine.Read() : null;
    }

    /// <summary>Lists every flag with its variable. The test of the documentation needs it.</summary>
    public static IEnumerable<(string Flag, string Variable)> Known() => new CommandLine(static _ => null)._flags.Known;

    private OperatorOptions Read()
    {
        OperatorOptions options = new()
        {
            Port = _flags.Number(_port, s_defaults.Port),
            MetricsPort = _flags.Number(_metricsPort, s_defaults.MetricsPort),
            HealthPort = _flags.Number(_healthPort, s_defaults.HealthPort),
            BindAddress = _flags.Address(_bindAddress),
            Debug = _flags.IsOn(_debug),
            Kubeconfig = _flags.Value(_kubeconfig) ?? _environment("KUBECONFIG"),
            Namespace = _flags.Value(_namespace) ?? "",
            Identity = _flags.Value(_identity) ?? "",
            Name = _flags.Value(_name) ?? s_defaults.Name,
            ExcludedNamespaces = _flags.Values(_excludedNamespaces),
            Injection = new InjectionSettings(_flags.Value(_bundleImage) ?? "")
            {
                GracePeriod = _flags.Time(_gracePeriod, s_defaults.Injection.GracePeriod),
                NodeStateServer = NodeStateServer(),
                StorageClass = _flags.Value(_storageClass),
                StorageSize = _flags.Value(_storageSize) ?? s_defaults.Injection.StorageSize,
                AccessMode = _flags.Value(_accessMode),
            },
            BundleMode = Mode(),
            RegistryCaFile = _flags.Value(_registryCaFile),
            PlainHttpRegistries = _flags.Values(_plainHttpRegistries),
            LocalRegistries = _flags.Values(_localRegistries),
            MovesPods = _flags.IsOn(_migration),
            AnswersEvictions = _flags.IsOn(_evictionRequests),
            Policies = new PolicyOptions
            {
                IsOn = _flags.IsOn(_migrationPolicies),
                KubeletAccount = _flags.Value(_kubeletAccount),
                KubeletPort = _flags.Number(_kubeletPort, s_defaults.Policies.KubeletPort),
                KubeletCaFile = _flags.Value(_kubeletCaFile),
                SkipsKubeletTls = _flags.IsOn(_kubeletSkipTlsVerify),
            },
            ShutdownDelay = _flags.Time(_shutdownDelay, s_defaults.ShutdownDelay),
        };
        string[] problems = [.. _flags.Problems, .. options.Problems()];
        return problems.Length == 0 ? options : throw new ConfigurationException(problems);
    }

    private BundleMode? Mode()
    {
        switch (_flags.Value(_bundleMode))
        {
            case null or "auto":
                return null;
            case "image-volume":
                return BundleMode.ImageVolume;
            case "init-container":
                return BundleMode.InitContainer;
            case { } other:
                _flags.Refuse($"{_bundleMode.Name}: must be auto, image-volume or init-container, not '{other}'");
                return null;
        }
    }

    private Uri? NodeStateServer()
    {
        if (_flags.Value(_nodeStateServerUrl) is not { } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is ("http" or "https"))
        {
            return address;
        }

        _flags.Refuse($"{_nodeStateServerUrl.Name}: must be an address that begins with http:// or https://, not '{text}'");
        return null;
    }
}
