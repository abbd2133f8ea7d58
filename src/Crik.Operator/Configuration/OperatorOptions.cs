using System.Net;
using Crik.Pods;

namespace Crik.Operator.Configuration;

/// <summary>The settings of the operator with their defaults. They are read once, at start.</summary>
internal sealed record OperatorOptions
{
    public int Port { get; init; } = 9443;

    public int MetricsPort { get; init; } = 8080;

    public int HealthPort { get; init; } = 8081;

    /// <summary>The address to listen on. Null means all addresses.</summary>
    public IPAddress? BindAddress { get; init; }

    public bool Debug { get; init; }

    public string? Kubeconfig { get; init; }

    /// <summary>The namespace of the operator.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>The name of this replica, for the election of the leader.</summary>
    public string Identity { get; init; } = "";

    /// <summary>The name of the Service that the API server calls, of the MutatingWebhookConfiguration and of the Lease.</summary>
    public string Name { get; init; } = "crik-operator";

    /// <summary>The name of the Secret with the certificates.</summary>
    public string CertificatesSecret => $"{Name}-certificates";

    /// <summary>Namespaces that the webhook leaves out, beside kube-system and its own.</summary>
    public IReadOnlyList<string> ExcludedNamespaces { get; init; } = [];

    /// <summary>What the injector does where no annotation says otherwise.</summary>
    public InjectionSettings Injection { get; init; } = new("");

    /// <summary>How the bundle comes into pods. Null: as an image volume if every node can do that.</summary>
    public BundleMode? BundleMode { get; init; }

    /// <summary>Whether this operator works on PodMigrations. It needs rights that injection does not need.</summary>
    public bool MovesPods { get; init; }

    /// <summary>Whether this operator moves pods whose eviction somebody asks for (EvictionRequest). It needs <see cref="MovesPods"/>.</summary>
    public bool AnswersEvictions { get; init; }

    /// <summary>How this operator works on MigrationPolicies.</summary>
    public PolicyOptions Policies { get; init; } = new();

    /// <summary>A file with certificates (PEM) of authorities of registries. Null: none beside those of the system.</summary>
    public string? RegistryCaFile { get; init; }

    public IReadOnlyList<string> PlainHttpRegistries { get; init; } = [];

    public IReadOnlyList<string> LocalRegistries { get; init; } = [];

    /// <summary>How long requests are still answered after SIGTERM. The Service needs this time to stop sending them here.</summary>
    public TimeSpan ShutdownDelay { get; init; } = TimeSpan.Zero;

    /// <returns>What is wrong with the options, as sentences for the user.</returns>
    public IEnumerable<string> Problems()
    {
        foreach ((string flag, string value, string what) in (IEnumerable<(string, string, string)>)
        [
            ("--namespace", Namespace, "the namespace of the operator"),
            ("--identity", Identity, "the name of its pod"),
            ("--bundle-image", Injection.BundleImage, "the image that has /opt/crik"),
        ])
        {
            if (value.Length == 0)
            {
                yield return $"{flag}: must be set to {what}";
            }
        }

        if (Port == MetricsPort || Port == HealthPort || MetricsPort == HealthPort)
        {
            yield return $"--port, --metrics-port and --health-probes-port: must be different, not {Port}, {MetricsPort} and {HealthPort}";
        }

        if (Injection.GracePeriod < TimeSpan.FromSeconds(1))
        {
            yield return "--grace-period: must be at least 1s";
        }

        if (AnswersEvictions && !MovesPods)
        {
            yield return "--eviction-requests: needs --migration, because pods are moved for them";
        }

        foreach (string problem in Policies.Problems(MovesPods))
        {
            yield return problem;
        }

        // What the webhook asks for has to be what the leader accepts.
        if (!IsAccepted(new ClaimRequest(PodNames.CheckpointsVolume + "-x", "ReadWriteOnce", Injection.StorageSize, null, IsTemplate: false)))
        {
            yield return $"--storage-size: must be a quantity such as 10Gi, not '{Injection.StorageSize}'";
        }

        if (!IsAccepted(new ClaimRequest(PodNames.CheckpointsVolume + "-x", "ReadWriteOnce", "1Gi", Injection.StorageClass, IsTemplate: false)))
        {
            yield return $"--storage-class: must be the name of a storage class, not '{Injection.StorageClass}'";
        }

        if (Injection.AccessMode is not (null or "ReadWriteOnce" or "ReadWriteOncePod" or "ReadWriteMany"))
        {
            yield return $"--access-mode: must be ReadWriteOnce, ReadWriteOncePod or ReadWriteMany, not '{Injection.AccessMode}'";
        }
    }

    private static bool IsAccepted(ClaimRequest claim) => ClaimRequest.Parse(claim.ToText()) is not null;
}
