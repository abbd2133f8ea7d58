using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Crik.Kubernetes.Access;

/// <summary>Reads the service account that Kubernetes gives to a pod, with which it can reach the API server.</summary>
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

        X509Certificate2Collection authorities = [];
        try
        {
            authorities.ImportFromPemFile(Path.Combine(directory, "ca.crt"));
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new ClusterConfigurationException($"{directory}/ca.crt: {exception.Message}", exception);
        }

        if (authorities.Count == 0)
        {
            // This must be an error: with an empty list, the authorities of the machine would be trusted.
            throw new ClusterConfigurationException($"{directory}/ca.crt: the file contains no certificate");
        }

        return new ClusterAccess
        {
            Server = new Uri(host.Contains(':') ? $"https://[{host}]:{port}" : $"https://{host}:{port}"),
            Authorities = authorities,
            Token = TokenSource.FromFile(token, TimeProvider.System),
        };
    }
}
