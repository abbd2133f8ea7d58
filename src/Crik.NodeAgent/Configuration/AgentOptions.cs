using System.Net;
using Crik.Images;
using Crik.NodeAgent.Leading;
using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Configuration;

/// <summary>The settings of the node agent with their defaults. They are read once, at start.</summary>
internal sealed record AgentOptions
{
    public int MetricsPort { get; init; } = 8080;

    public int HealthPort { get; init; } = 8081;

    /// <summary>The port of the Checkpointer's interface. 0: it is off.</summary>
    public int CheckpointerPort { get; init; }

    /// <summary>The address to listen on. Null means all addresses.</summary>
    public IPAddress? BindAddress { get; init; }

    public bool Debug { get; init; }

    public string? Kubeconfig { get; init; }

    /// <summary>The namespace of the agent, where its Lease is.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The name of this agent, for the election of the leader.</summary>
    public string Identity { get; init; } = "";

    /// <summary>The name of the Lease.</summary>
    public string Name { get; init; } = "crik-node-agent";

    public AgentSettings Settings { get; init; } = new("");

    /// <summary>The host name or address of the kubelet, which its certificate must have.</summary>
    public string KubeletAddress { get; init; } = "";

    public int KubeletPort { get; init; } = 10250;

    /// <summary>The authorities for the kubelet's certificate (PEM). Null: those of the cluster.</summary>
    public string? KubeletCaFile { get; init; }

    public string CheckpointDirectory { get; init; } = "/var/lib/kubelet/checkpoints";

    /// <summary>How many percent of the file system have to stay free.</summary>
    public int MinFree { get; init; } = 10;

    public int ParallelPushes { get; init; } = 1;

    public LayerCompression Compression { get; init; } = LayerCompression.Gzip;

    /// <summary>A file like Docker's config.json, with the credentials for registries. Null: none.</summary>
    public string? RegistryCredentials { get; init; }

    /// <summary>A file with certificates (PEM) of authorities of registries. Null: none beside those of the system.</summary>
    public string? RegistryCaFile { get; init; }

    public IReadOnlyList<string> PlainHttpRegistries { get; init; } = [];

    public IReadOnlyList<string> LocalRegistries { get; init; } = [];

    public RetentionRules Retention { get; init; } = new();

    /// <returns>What is wrong with the options, as sentences for the user.</returns>
    public IEnumerable<string> Problems()
    {
        foreach ((string flag, string value, string what) in (IEnumerable<(string, string, string)>)
        [
            ("--node", Settings.Node, "the name of the node"),
            ("--namespace", Namespace, "the namespace of the agent"),
            ("--identity", Identity, "the name of its pod"),
            ("--kubelet-address", KubeletAddress, "the address of the node"),
        ])
        {
            if (value.Length == 0)
            {
                yield return $"{flag}: must be set to {what}";
            }
        }

        if (CheckpointerPort > 0 && (CheckpointerPort == MetricsPort || CheckpointerPort == HealthPort))
        {
            yield return $"--checkpointer-port: must be a port of its own, not {CheckpointerPort}";
        }

        if (MetricsPort == HealthPort)
        {
            yield return $"--metrics-port and --health-probes-port: must be different, not {MetricsPort} and {HealthPort}";
        }

        foreach (string repository in (string[])[.. Settings.AllowedRepositories, .. Settings.Repository is { } own ? (string[])[own] : []])
        {
            if (!CheckpointRequest.IsRepository(repository))
            {
                yield return $"--repository and --allowed-repositories: '{repository}' must be a name without tag and digest, such as registry.example/team/checkpoints";
            }
        }

        if (MinFree is < 0 or > 90)
        {
            yield return $"--min-free: must be a percentage between 0 and 90, not {MinFree}";
        }

        if (ParallelPushes is < 1 or > 8)
        {
            yield return $"--parallel-pushes: must be between 1 and 8, not {ParallelPushes}";
        }

        if (Settings.Timeout < TimeSpan.FromSeconds(1))
        {
            yield return "--timeout: must be at least 1s";
        }
    }
}
