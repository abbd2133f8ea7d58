using System.Net;

namespace Crik.Kubernetes.Access;

/// <summary>
/// How to reach the API server: its address, the authorities that its certificate is checked against, the credentials,
/// and the proxy.
/// </summary>
public sealed record ClusterAccess
{
    public required Uri Server { get; init; }

    /// <summary>
    /// The trusted certificates, as PEM. As in Go, each of them is trusted by itself, also one that another authority
    /// has issued. Null means the authorities of the machine.
    /// </summary>
    public ConfiguredText? Authorities { get; init; }

    public Credentials Credentials { get; init; } = Credentials.None;

    /// <summary>The name in the server's certificate. Null means the name in the address.</summary>
    public string? TlsServerName { get; init; }

    public bool SkipTlsVerify { get; init; }

    /// <summary>The namespace of the kubeconfig's context, or of the pod. Null means that none is named.</summary>
    public string? Namespace { get; init; }

    /// <summary>Null means that the API server is reached directly.</summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>The headers with which the user acts as another one (`as` in a kubeconfig, `--as` of kubectl).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Impersonation { get; init; } = [];

    /// <summary>
    /// The path in the address, which comes before the path of every request. A proxy for many clusters has one for
    /// each.
    /// </summary>
    public string PathPrefix => Server.AbsolutePath.TrimEnd('/');

    /// <summary>
    /// Looks for the cluster in the same order as kubectl and controllers: the kubeconfig files that were given, the
    /// service account of the pod, then ~/.kube/config.
    /// </summary>
    /// <param name="kubeconfig">One file, or a list of files with colons between them, as in the variable KUBECONFIG.</param>
    /// <param name="context">The context of the kubeconfig. Null means its current-context.</param>
    /// <exception cref="ClusterConfigurationException">No configuration was found, or it is wrong.</exception>
    public static ClusterAccess Find(string? kubeconfig, Func<string, string?> environment, string? context = null)
    {
        if (kubeconfig is { Length: > 0 })
        {
            return Kubeconfig.Load(kubeconfig).Access(context, environment);
        }

        string home = Path.Combine(environment("HOME") ?? "/", ".kube/config");
        return (context is null ? ServiceAccount.Find(environment) : null)
            ?? (File.Exists(home)
                ? Kubeconfig.Load(home).Access(context, environment)
                : throw new ClusterConfigurationException(
                    "no cluster is configured: this is not a pod, neither --kubeconfig nor KUBECONFIG is set, " +
                    "and ~/.kube/config does not exist; name a kubeconfig file with --kubeconfig"));
    }
}
