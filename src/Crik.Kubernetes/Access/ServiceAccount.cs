using System.Security.Cryptography;

namespace Crik.Kubernetes.Access;

/// <summary>
/// Reads the service account that Kubernetes gives to a pod, with which it can reach the API server. A proxy is not
/// used: the address is that of a Service, which only the cluster itself can reach.
/// </summary>
internal static class ServiceAccount
{
    public const string DefaultDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <returns>How to reach the API server, or null outside of a pod.</returns>
    public static ClusterAccess? Find(Func<string, string?> environment, string directory = DefaultDirectory)
    {
        if (environment("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host)
        {
            return null;
        }

        string port = environment("KUBERNETES_SERVICE_PORT_HTTPS") ?? environment("KUBERNETES_SERVICE_PORT") ?? "443";
        string token = Path.Combine(directory, "token");
        if (!File.Exists(token))
        {
            throw new ClusterConfigurationException(
                $"{token}: the pod has no service account token; " +
                "remove automountServiceAccountToken: false from the pod and from its ServiceAccount");
        }

        return new ClusterAccess
        {
            Server = new Uri(host.Contains(':') ? $"https://[{host}]:{port}" : $"https://{host}:{port}"),
            Namespace = Path.Combine(directory, "namespace") is var space && File.Exists(space) ? File.ReadAllText(space).Trim() : null,
            Authorities = Authorities(Path.Combine(directory, "ca.crt")),
            Credentials = Credentials.Bearer(ConfiguredText.FromFile(token, TimeProvider.System)),
        };
    }

    private static ConfiguredText Authorities(string path)
    {
        ConfiguredText authorities = ConfiguredText.FromFile(path, TimeProvider.System);
        try
        {
            // This must be an error: without an authority, those of the machine would be trusted.
            return Certificates.Authorities(authorities.Read()).Count > 0
                ? authorities
                : throw new ClusterConfigurationException($"{path}: the file contains no certificate");
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ClusterConfigurationException($"{path}: {exception.Message}", exception);
        }
    }
}
