using System.Security.Cryptography.X509Certificates;

namespace Crik.Kubernetes.Access;

/// <summary>
/// How to reach the API server: its address, the authorities that its certificate is checked against, and the
/// credentials.
/// </summary>
public sealed record ClusterAccess
{
    public required Uri Server { get; init; }

    /// <summary>The trusted authorities. Empty means the authorities of the machine.</summary>
    public X509Certificate2Collection Authorities { get; init; } = [];

    public X509Certificate2? ClientCertificate { get; init; }

    public TokenSource? Token { get; init; }

    /// <summary>The name in the server's certificate. Null means the name in the address.</summary>
    public string? TlsServerName { get; init; }

    public bool SkipTlsVerify { get; init; }

    /// <summary>
    /// The path in the address, which comes before the path of every request. A proxy for many clusters has one for
    /// each.
    /// </summary>
    public string PathPrefix => Server.AbsolutePath.TrimEnd('/');

    /// <summary>
    /// Looks for the cluster in the same order as kubectl and controllers: the kubeconfig file that was given, the
    /// service account of the pod, then ~/.kube/config.
    /// </summary>
    /// <exception cref="ClusterConfigurationException">No configuration was found, or it is wrong.</exception>
    public static ClusterAccess Find(string? kubeconfig, Func<string, string?> environment)
    {
        if (kubeconfig is { Length: > 0 })
        {
            return KubeconfigFile.Read(kubeconfig.Split(':', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(File.Exists) ?? kubeconfig);
        }

        string home = Path.Combine(environment("HOME") ?? "/", ".kube/config");
        return ServiceAccount.Find(environment)
            ?? (File.Exists(home)
                ? KubeconfigFile.Read(home)
                : throw new ClusterConfigurationException(
                    "no cluster is configured: this is not a pod, neither --kubeconfig nor KUBECONFIG is set, " +
                    "and ~/.kube/config does not exist; name a kubeconfig file with --kubeconfig"));
    }
}
