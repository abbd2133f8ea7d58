using System.Security.Cryptography.X509Certificates;

namespace Crik.NodeStateServer.Kubernetes;

/// <summary>Where the API server is, whom to believe that it is the one, and who we are.</summary>
internal sealed record ClusterAccess
{
    public required Uri Server { get; init; }

    /// <summary>Empty: the machine's.</summary>
    public X509Certificate2Collection Authorities { get; init; } = [];

    public X509Certificate2? ClientCertificate { get; init; }

    public TokenSource? Token { get; init; }

    /// <summary>The name in the server's certificate, where it is not that of the address.</summary>
    public string? TlsServerName { get; init; }

    public bool SkipTlsVerify { get; init; }

    /// <summary>Where the address has a path, as a management server's for many clusters has.</summary>
    public string PathPrefix => Server.AbsolutePath.TrimEnd('/');

    /// <summary>As kubectl and every controller look for it: the file that was named, the pod's service account, ~/.kube/config.</summary>
    /// <exception cref="Configuration.ConfigurationException">There is none, or it is wrong.</exception>
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
                : throw new Configuration.ConfigurationException("no cluster: not in a pod, no --kubeconfig, no KUBECONFIG and no ~/.kube/config", null));
    }
}
